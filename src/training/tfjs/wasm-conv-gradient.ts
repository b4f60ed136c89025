import * as tf from '@tensorflow/tfjs-core';
import type { RunKernel, WasmKernelCall } from './wasm-kernel-call.ts';

export type ConvGradientCall = WasmKernelCall<'x' | 'dy', tf.Conv2DBackpropFilterAttrs>;

/** Sizes of a convolution, as the core library works them out. */
type ConvSizes = tf.backend_util.Conv2DInfo;

/**
 * im2col: one row for each output place of each example, holding the inputs that the filter covers there, in the filter's order
 * (row, column, channel); 0 where it hangs over the edge.
 * @param input `batch × inHeight × inWidth × inChannels`
 * @param columns `(batch·outHeight·outWidth) × (filterHeight·filterWidth·inChannels)`, zeros before
 */
function imageToColumns(input: Float32Array, columns: Float32Array, sizes: ConvSizes): void {
  const { inHeight, inWidth, inChannels, filterHeight, filterWidth, dilationHeight, dilationWidth } = sizes;
  let at = 0;
  for (let example = 0; example < sizes.batchSize; example++) {
    for (let outRow = 0; outRow < sizes.outHeight; outRow++) {
      for (let outColumn = 0; outColumn < sizes.outWidth; outColumn++) {
        const top = outRow * sizes.strideHeight - sizes.padInfo.top;
        const leftmost = outColumn * sizes.strideWidth - sizes.padInfo.left;
        for (let y = 0; y < filterHeight; y++) {
          const row = top + y * dilationHeight;
          for (let x = 0; x < filterWidth; x++, at += inChannels) {
            const column = leftmost + x * dilationWidth;
            if (row < 0 || row >= inHeight || column < 0 || column >= inWidth) continue;
            const from = ((example * inHeight + row) * inWidth + column) * inChannels;
            for (let c = 0; c < inChannels; c++) columns[at + c] = input[from + c];
          }
        }
      }
    }
  }
}

function convSizes({ inputs, attrs }: ConvGradientCall): ConvSizes {
  const { strides, pad, dataFormat, dimRoundingMode, filterShape } = attrs;
  if (dataFormat !== 'NHWC') throw new Error(`Conv2DBackpropFilter needs data as NHWC; got ${dataFormat}`);
  return tf.backend_util.computeConv2DInfo(
    inputs.x.shape as [number, number, number, number],
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
    false,
    'channelsLast',
  );
}

/**
 * ∂loss/∂filter of a 2-D convolution: columnsᵀ · ∂loss/∂output, with the columns of im2col. The wasm backend does not bring it.
 * inputs: x `batch × inHeight × inWidth × inChannels`, dy `batch × outHeight × outWidth × outChannels`;
 * output `filterHeight × filterWidth × inChannels × outChannels`. Memory: as many columns as the filter has places, at once.
 */
export function conv2DBackpropFilter(call: ConvGradientCall, run: RunKernel): tf.TensorInfo {
  const { inputs, backend } = call;
  const sizes = convSizes(call);
  const places = sizes.batchSize * sizes.outHeight * sizes.outWidth;
  const covered = sizes.filterHeight * sizes.filterWidth * sizes.inChannels;
  const columns = backend.makeOutput([places, covered], 'float32');
  // Heap views last only until the next allocation: both are taken after the one above.
  const target = backend.typedArrayFromHeap(columns) as Float32Array;
  target.fill(0);
  imageToColumns(backend.typedArrayFromHeap(inputs.x) as Float32Array, target, sizes);
  const byPlace = run('Transpose', { x: columns }, { perm: [1, 0] });
  const delta = { dataId: inputs.dy.dataId, shape: [places, sizes.outChannels], dtype: 'float32' as const };
  const product = run('BatchMatMul', { a: byPlace, b: delta }, { transposeA: false, transposeB: false });
  backend.disposeData(columns.dataId);
  backend.disposeData(byPlace.dataId);
  return { ...product, shape: sizes.filterShape };
}
