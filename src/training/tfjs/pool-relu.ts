/** One image after another, channel fastest. */
export interface ImageSizes {
  readonly images: number;
  /** before pooling; even where `pool` */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly pool: boolean;
}

/** What a value is before pooling: scale·v + shift by its channel; null means 1. */
export interface Affine {
  readonly scale: Float32Array | null;
  readonly shift: Float32Array;
}

/** Calls `visit(first, out)` for every run of `channels` values: where the pooled window's first input and its output begin. */
function eachPlace({ images, height, width, channels, pool }: ImageSizes, visit: (first: number, out: number) => void) {
  const stride = pool ? 2 : 1;
  let out = 0;
  for (let image = 0; image < images; image++) {
    for (let row = 0; row < height; row += stride) {
      for (let column = 0; column < width; column += stride, out += channels) {
        visit(((image * height + row) * width + column) * channels, out);
      }
    }
  }
}

/** Where a window's inputs stand, from its first one: row by row. */
const windowOf = ({ width, channels, pool }: ImageSizes): readonly number[] =>
  pool ? [0, channels, width * channels, (width + 1) * channels] : [0];

/**
 * ReLU of the highest of every 2×2 window (of every value where there is no pooling) of scale·v + shift. ReLU after pooling is the
 * same as before it, at a quarter of the cost. What is not a number stays so, lest a diverged network look alive.
 * @param values `images × height × width × channels`
 * @param outputs the same, height and width halved where there is pooling; overwritten
 * @param winners for each output its value's place in the window, the first of equals; overwritten
 */
export function poolRelu(
  values: Float32Array,
  { scale, shift }: Affine,
  sizes: ImageSizes,
  outputs: Float32Array,
  winners: Uint8Array,
): void {
  const { channels } = sizes;
  const offsets = windowOf(sizes);
  eachPlace(sizes, (first, out) => {
    for (let c = 0; c < channels; c++) {
      const factor = scale === null ? 1 : scale[c];
      let best = factor * values[first + c];
      let winner = 0;
      for (let place = 1; place < offsets.length; place++) {
        const value = factor * values[first + c + offsets[place]];
        if (!(value <= best)) {
          best = value;
          winner = place;
        }
      }
      best += shift[c];
      outputs[out + c] = best <= 0 ? 0 : best;
      winners[out + c] = winner;
    }
  });
}

/**
 * ∂loss/∂(scale·v + shift) from ∂loss/∂output: to each window's winner, where the ReLU was open.
 * @param gradient the size of `poolRelu`'s values, overwritten
 */
export function poolReluGradient(
  delta: Float32Array,
  outputs: Float32Array,
  winners: Uint8Array,
  sizes: ImageSizes,
  gradient: Float32Array,
): void {
  const { channels, pool } = sizes;
  const offsets = windowOf(sizes);
  if (pool) gradient.fill(0);
  eachPlace(sizes, (first, out) => {
    for (let c = 0; c < channels; c++) {
      gradient[first + c + offsets[winners[out + c]]] = outputs[out + c] > 0 ? delta[out + c] : 0;
    }
  });
}

/**
 * Sums over all places, one a channel: of the gradient (which is the shift's) and of gradient · value (the scale's).
 * @param values null where there is no scale
 */
export function channelSums(
  gradient: Float32Array,
  values: Float32Array | null,
  channels: number,
): { shiftGradient: Float32Array; scaleGradient: Float32Array } {
  const plain = new Float64Array(channels);
  const weighted = new Float64Array(channels);
  for (let at = 0; at < gradient.length; at += channels) {
    for (let c = 0; c < channels; c++) {
      const value = gradient[at + c];
      plain[c] += value;
      if (values !== null) weighted[c] += value * values[at + c];
    }
  }
  return { shiftGradient: Float32Array.from(plain), scaleGradient: Float32Array.from(weighted) };
}
