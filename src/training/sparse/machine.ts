import { assemble, type FunctionCode } from '../../base/wasm/assembler.ts';
import { type Kernel, PAGE_BYTES, wasm } from '../../base/wasm/platform.ts';
import { checkedLayout } from './checked-layout.ts';
import { exactMultiplyAdd, type MultiplyAdd, relaxedMultiplyAdd, TILE_WIDTH } from './kernels/arithmetic.ts';
import { denseProduct } from './kernels/dense-products.ts';
import { biasGradients, edgeGradients, keepKernel } from './kernels/gradients.ts';
import { gatherKernel, spreadKernel } from './kernels/moves.ts';
import { edgeProduct } from './kernels/products.ts';
import { guessKernel, softmaxKernel } from './kernels/softmax.ts';
import { adamKernel, sgdKernel } from './kernels/updates.ts';
import {
  type GradientLists,
  type JunctionLayout,
  layOut,
  type NetworkLayout,
  type NetworkMemory,
  type NetworkSizes,
} from './layout.ts';

/** Code and memory for networks of one architecture. */
export interface Machine extends NetworkMemory {
  readonly spread: Kernel;
  /** by junction */
  readonly forward: readonly Kernel[];
  readonly gradients: readonly Kernel[];
  readonly biasGradients: readonly Kernel[];
  /** put a tile's rows where `gradients` finds them */
  readonly keepValues: readonly Kernel[];
  readonly keepDeltas: readonly Kernel[];
  /** the first junction has none */
  readonly backward: readonly (Kernel | null)[];
  readonly gather: readonly (Kernel | null)[];
  readonly guess: Kernel;
  readonly softmax: Kernel;
  readonly adam: Kernel;
  readonly sgd: Kernel;
}

/** A dense junction's lists; null where an edge is missing. */
function denseLists({ size, leftRows, forward, input, output }: JunctionLayout) {
  if (size.fanOut < size.right) return null;
  const { rows, weights } = forward;
  return {
    forward: { rows, weights, count: leftRows, input: input.address },
    backward: { count: size.right, input: output.address },
  };
}

/** The lists along which a junction's gradients are summed. */
function gradientLists(junction: JunctionLayout, { parameters }: NetworkLayout): GradientLists {
  const { forward, byLeft, gradientOrder, values, deltas, weights } = junction;
  const { gradients } = parameters;
  if (gradientOrder === 'by-left' && byLeft !== null) {
    return { ...byLeft, own: values, others: deltas, gradients: gradients - parameters.values };
  }
  return { ...forward, own: deltas, others: values, places: null, gradients: gradients + weights };
}

/** What sums a junction's gradients, and what keeps the rows that they are summed over. */
function gradientKernels(junction: JunctionLayout, i: number, layout: NetworkLayout, multiplyAdd: MultiplyAdd) {
  const { values, deltas, weights, biases } = junction;
  const { partials, parameters } = layout;
  const partialsAt = (offset: number) => (partials === null ? null : partials + TILE_WIDTH * offset);
  const lists = gradientLists(junction, layout);
  return [
    keepKernel(`keepValues${i}`, values),
    keepKernel(`keepDeltas${i}`, deltas),
    edgeGradients({ name: `gradients${i}`, partials: partialsAt(weights) }, lists, multiplyAdd),
    biasGradients({ name: `biasGradients${i}`, partials: partialsAt(biases) }, deltas, parameters.gradients + biases),
  ];
}

function kernelsOf(layout: NetworkLayout, multiplyAdd: MultiplyAdd): FunctionCode[] {
  const { junctions, parameters, logits, outputs, usedOutputs, exampleRows, examples, stride } = layout;
  const perJunction = junctions.flatMap((junction, i) => {
    const { forward, backward, input, output, biases } = junction;
    const finish = i === junctions.length - 1 ? 'linear' : 'relu';
    const start = parameters.values + biases;
    const full = denseLists(junction);
    const ahead =
      full === null
        ? edgeProduct(`forward${i}`, forward, start, output.address, finish, multiplyAdd)
        : denseProduct(`forward${i}`, full.forward, start, output.address, finish, multiplyAdd);
    const collect = gradientKernels(junction, i, layout, multiplyAdd);
    if (backward === null) return [ahead, ...collect];
    const back =
      full === null
        ? edgeProduct(`backward${i}`, backward, null, input.address, 'mask', multiplyAdd)
        : denseProduct(`backward${i}`, { ...full.backward, ...backward }, null, input.address, 'mask', multiplyAdd);
    return [
      ahead,
      ...collect,
      back,
      gatherKernel(`gather${i}`, backward.places, junction.size.edges, backward.weights),
    ];
  });
  return [
    ...perJunction,
    spreadKernel(examples, stride, junctions[0].input.address),
    guessKernel(logits.address, outputs, usedOutputs, exampleRows),
    softmaxKernel(logits.address, outputs, exampleRows),
    adamKernel(parameters),
    sgdKernel(parameters),
  ];
}

/** @throws RangeError when a network needs more than the 4 GiB that one memory can hold */
export function makeMachine(sizes: NetworkSizes, fastMath: boolean): Machine {
  const layout = checkedLayout(layOut(sizes));
  const pages = Math.ceil(layout.totalBytes / PAGE_BYTES);
  const memory = new wasm.Memory({ initial: pages, maximum: pages });
  const module = new wasm.Module(assemble(kernelsOf(layout, fastMath ? relaxedMultiplyAdd : exactMultiplyAdd)));
  const { exports } = new wasm.Instance(module, { env: { memory } });
  const each = (name: string) => layout.junctions.map((_, i) => exports[`${name}${i}`] ?? null);
  const { spread, guess, softmax, adam, sgd } = exports;
  return {
    layout,
    floats: new Float32Array(memory.buffer),
    words: new Uint32Array(memory.buffer),
    ...{ spread, guess, softmax, adam, sgd, backward: each('backward'), gather: each('gather') },
    ...{ forward: each('forward') as Kernel[], gradients: each('gradients') as Kernel[] },
    biasGradients: each('biasGradients') as Kernel[],
    keepValues: each('keepValues') as Kernel[],
    keepDeltas: each('keepDeltas') as Kernel[],
  };
}

/** Whether this runtime has relaxed SIMD, which WebAssembly's fast math is made of. */
export function relaxedSimdSupported(): boolean {
  const layout = layOut({ layers: [1, 1], fanOuts: [1], usedOutputs: 1, features: 1 });
  return wasm.validate(assemble(kernelsOf(layout, relaxedMultiplyAdd)));
}
