import { range } from '../../src/base/numbers.ts';
import type { Random } from '../../src/base/random.ts';
import type { JunctionSize, LayerShape } from '../../src/pattern/architecture.ts';

/**
 * Neurons of a layer in an order whose runs of `length` are compact. On [n] their own; on a picture strips of about √length rows, one
 * after the other, column by column, forwards and backwards alternately; the channels of a place come together.
 */
export function compactOrder(shape: LayerShape, length: number): Uint32Array {
  if (shape.length === 1) return range(shape[0]);
  const [height, width, channels = 1] = shape as readonly number[];
  const rows = Math.max(1, Math.min(height, Math.round(Math.sqrt(length / channels))));
  const order: number[] = [];
  for (let top = 0, strip = 0; top < height; top += rows, strip++) {
    for (let i = 0; i < width; i++) {
      const column = strip % 2 === 0 ? i : width - 1 - i;
      for (let row = top; row < Math.min(top + rows, height); row++) {
        for (let channel = 0; channel < channels; channel++) order.push((row * width + column) * channels + channel);
      }
    }
  }
  return Uint32Array.from(order);
}

/**
 * Where the run of each right neuron starts in the order, ascending from some neuron on; the order wraps round. Either each run starts
 * where another ends (edge e goes to place e mod left), or the starts are spread evenly (⌊j·left/right⌋). Both leave degrees balanced:
 * the first deals edges out in turn; in the second a left neuron has as many edges as multiples of left/right lie in an interval of
 * fan-in numbers, ⌊fanIn·right/left⌋ or one more.
 */
export function balancedStarts({ left, right, fanIn }: JunctionSize, random: Random): Uint32Array {
  const offset = random.below(left);
  const isSpread = random.below(2) === 0;
  const starts = Uint32Array.from({ length: right }, (_, j) =>
    isSpread ? Math.floor((j * left) / right) : (j * fanIn) % left,
  );
  return starts.map((start) => (start + offset) % left).sort();
}
