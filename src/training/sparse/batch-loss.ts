import { portableLog } from '../../base/random.ts';
import { TILE_WIDTH } from './kernels/arithmetic.ts';

/** Factors of a partial sum's product of totals, each from 1 to the number of outputs: a product of 16 cannot overflow. */
const FACTORS_OF_PRODUCT = 16;

/**
 * The loss of a batch in the order of sums over examples (kernels/gradients.ts), in float64. A partial sum adds (highest logit − the
 * label's) of its examples one by one, and the logarithms of their totals Σ exp(logit − highest) as that of their product: after each
 * sixteen of its examples, and at the end of the batch.
 */
export class BatchLoss {
  readonly #partials = new Float64Array(TILE_WIDTH);
  readonly #products = new Float64Array(TILE_WIDTH).fill(1);

  /** @param position of the example in its batch. @param rest highest logit − the label's */
  add(position: number, rest: number, total: number): void {
    const partial = position % TILE_WIDTH;
    this.#partials[partial] += rest;
    this.#products[partial] *= total;
    if (Math.floor(position / TILE_WIDTH) % FACTORS_OF_PRODUCT === FACTORS_OF_PRODUCT - 1) this.#takeLogarithm(partial);
  }

  /** The batch's sum; the next one begins. */
  take(): number {
    const p = this.#partials;
    for (let partial = 0; partial < TILE_WIDTH; partial++) this.#takeLogarithm(partial);
    for (let half = TILE_WIDTH / 2; half >= 1; half /= 2) for (let i = 0; i < half; i++) p[i] += p[i + half];
    const [sum] = p;
    p.fill(0);
    return sum;
  }

  #takeLogarithm(partial: number): void {
    const product = this.#products[partial];
    if (product !== 1)
      this.#partials[partial] += product < Number.POSITIVE_INFINITY ? portableLog(product) : Number.NaN;
    this.#products[partial] = 1;
  }
}
