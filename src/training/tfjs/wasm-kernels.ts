import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { type ConvGradientCall, conv2DBackpropFilter } from './wasm-conv-gradient.ts';
import type { RunKernel, WasmKernelCall } from './wasm-kernel-call.ts';

/** The last two axes exchanged. */
function transposed(x: tf.TensorInfo, run: RunKernel): tf.TensorInfo {
  const axes = x.shape.map((_, axis) => axis);
  const [row, column] = axes.splice(-2);
  return run('Transpose', { x }, { perm: [...axes, column, row] });
}

/**
 * Products with a transposed operand: transpose it, then take the plain product. The backend's own kernel leaves its fast path for
 * a naive loop as soon as either operand is transposed, which costs twelve times as much at 256 × 784 × 112.
 */
function batchMatMul(call: WasmKernelCall<'a' | 'b', tf.BatchMatMulAttrs>, run: RunKernel): tf.TensorInfo {
  const { inputs, attrs, backend } = call;
  const transposedInputs: tf.TensorInfo[] = [];
  const plain = (x: tf.TensorInfo, transpose: boolean) => {
    if (!transpose) return x;
    const copy = transposed(x, run);
    transposedInputs.push(copy);
    return copy;
  };
  try {
    const a = plain(inputs.a, attrs.transposeA);
    const b = plain(inputs.b, attrs.transposeB);
    return run('BatchMatMul', { a, b }, { transposeA: false, transposeB: false });
  } finally {
    for (const { dataId } of transposedInputs) backend.disposeData(dataId);
  }
}

/** Kernels as they were before any of ours took a name. */
function kernelRunner(backend: BackendWasm, kernels: readonly tf.KernelConfig[]): RunKernel {
  const byName = new Map(kernels.map((kernel) => [kernel.kernelName, kernel]));
  return (name, inputs, attrs) => {
    const kernel = byName.get(name);
    if (kernel === undefined) throw new Error(`the wasm backend has no kernel ${name}`);
    return kernel.kernelFunc({ inputs, backend, attrs: attrs as tf.NamedAttrMap }) as tf.TensorInfo;
  };
}

let registered = false;

/**
 * Gives the wasm backend the two kernels that make it fit for training: products of transposed matrices at full speed, and the
 * filter gradient of a convolution, which it lacks. Once a thread; the backend must be the current one.
 */
export function registerWasmKernels(): void {
  if (registered) return;
  registered = true;
  const backend = tf.backend() as BackendWasm;
  const kernels = tf.getKernelsForBackend('wasm');
  const run = kernelRunner(backend, kernels);
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({
    kernelName: 'BatchMatMul',
    backendName: 'wasm',
    kernelFunc: (call) => batchMatMul(call as unknown as Parameters<typeof batchMatMul>[0], run),
  });
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: (call) => conv2DBackpropFilter(call as unknown as ConvGradientCall, run),
  });
}
