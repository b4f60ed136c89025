import { QUAD } from './sizes.ts';

/** Threads of a workgroup, where each makes one word. */
export const THREADS = 64;

/** What a step is told; see `slotBytes`, which has the same order. */
const stepParameters = `
struct Step {
  candidates: u32,
  rows: u32,
  quads: u32,
  orders: u32,
  first_index: u32,
  share: f32,
  rate: f32,
  penalty: f32,
  momentum: f32,
}
@group(0) @binding(0) var<uniform> step: Step;`;

export interface StepWords {
  readonly candidates: number;
  readonly rows: number;
  /** of examples; where there is one, all candidates have it */
  readonly orders: number;
  /** where the step's row numbers begin */
  readonly firstIndex: number;
  readonly rate: number;
  /** 2λ of the penalty λ·Σw² */
  readonly penalty: number;
  readonly momentum: number;
}

/** A step's words as the kernels read them. */
export function slotBytes(words: StepWords): Uint8Array {
  const bytes = new Uint8Array(9 * 4);
  const { candidates, rows, orders, firstIndex, rate, penalty, momentum } = words;
  new Uint32Array(bytes.buffer).set([candidates, rows, Math.ceil(rows / QUAD), orders, firstIndex]);
  new Float32Array(bytes.buffer).set([1 / rows, rate, penalty, momentum], 5);
  return bytes;
}

/** One kernel and the buffers that it reads and writes, in the order of their bindings. */
export interface WgslKernel {
  readonly code: string;
  readonly buffers: readonly { readonly name: string; readonly written: boolean }[];
}

/** A buffer of a kernel. */
export type Binding = readonly [name: string, type: string, access?: 'read_write'];

/** @param body with `group` and `lane` at hand. @param shared variables of a workgroup */
export function kernel(bindings: readonly Binding[], threads: number, body: string, shared = ''): WgslKernel {
  const declared = bindings.map(
    ([name, type, access = 'read'], i) => `@group(1) @binding(${i}) var<storage, ${access}> ${name}: array<${type}>;`,
  );
  const code = `${stepParameters}
${declared.join('\n')}
${shared}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) place: vec3u, @builtin(num_workgroups) all: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = place.y * all.x + place.x;
${body}
}`;
  return { code, buffers: bindings.map(([name, , access]) => ({ name, written: access === 'read_write' })) };
}

/** The first junction's left values are an order's, which candidates may share; the others' are the candidate's own. */
export const leftOf = (isFirst: boolean) => (isFirst ? 'select(orders[c], 0u, step.orders == 1u)' : 'c');
export const ordersBinding = (isFirst: boolean): Binding[] => (isFirst ? [['orders', 'u32']] : []);

/** `groups × THREADS` threads, each for one word of `rows` rows of quads. */
export const wordOf = (rows: string) => `
  let thread = group * ${THREADS}u + lane;
  let q = thread % step.quads;
  let row = thread / step.quads;
  if (row >= ${rows}) { return; }`;
