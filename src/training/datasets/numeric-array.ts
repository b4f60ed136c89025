import type { NumericArray } from '../../base/npy.ts';
import { product, range } from '../../base/numbers.ts';

export const itemsIn = (shape: readonly number[]) => product(shape);

/**
 * Where the items of an array of examples (its first dimension) lie: example n's feature f at `n · exampleStep + place[f]`, features
 * in row-major order of the other dimensions, the last fastest.
 */
export function featurePlaces({ shape, fortran }: NumericArray): {
  readonly exampleStep: number;
  readonly places: Uint32Array;
} {
  const [examples, ...sides] = shape;
  const features = itemsIn(sides);
  const places = range(features);
  if (!fortran) return { exampleStep: features, places };
  for (let feature = 0; feature < features; feature++) {
    let rest = feature;
    let place = 0;
    for (let dimension = sides.length - 1; dimension >= 0; dimension--) {
      const index = rest % sides[dimension];
      rest = Math.floor(rest / sides[dimension]);
      place += index * itemsIn(sides.slice(0, dimension));
    }
    places[feature] = place * examples;
  }
  return { exampleStep: 1, places };
}
