import type { Random } from '../../src/base/random.ts';
import type { Connect } from './edge-table.ts';
import { evenBlock } from './even-block.ts';
import type { JunctionWindows } from './pair-sizes.ts';

/**
 * The first junction of a longer span, in positions: every run of `size` left positions (the span's windows) is connected evenly to every
 * run of `size` right ones, so that an exact span behind it makes an exact one. Proof: docs/exact-construction.md, theorem 3.
 * @param windows of the junction
 * @param size divides theirs
 */
export function connectRouted(
  neurons: { readonly left: number; readonly right: number },
  windows: JunctionWindows,
  size: number,
  connect: Connect,
  random: Random,
): void {
  const { size: window, share: degree } = windows;
  const groups = window / size;
  for (let w = 0; w < neurons.left / window; w++) {
    for (let v = 0; v < neurons.right / window; v++) {
      const block = evenBlock({ groups, size, parts: groups, turns: 1, degree }, random);
      for (let e = 0; e < block.length; e++) connect(w * window + Math.floor(e / degree), v * window + block[e]);
    }
  }
}
