import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type * as tf from '@tensorflow/tfjs-core';

/** Runs another kernel of the wasm backend. Its output belongs to the caller, who disposes it or returns it. */
export type RunKernel = (
  name: string,
  inputs: Readonly<Record<string, tf.TensorInfo>>,
  attrs: Readonly<Record<string, unknown>>,
) => tf.TensorInfo;

/** What a registered kernel is called with. */
export interface WasmKernelCall<InputName extends string, Attributes> {
  readonly inputs: Readonly<Record<InputName, tf.TensorInfo>>;
  readonly attrs: Attributes;
  readonly backend: BackendWasm;
}
