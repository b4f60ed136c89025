import { Random } from '../../src/base/random.ts';
import {
  type Architecture,
  type ArchitectureRequest,
  defineArchitecture,
  junctionSizes,
} from '../../src/pattern/architecture.ts';
import { makePattern, type Pattern } from '../../src/pattern/pattern.ts';
import { presets } from '../../src/pattern/presets.ts';

export interface BenchNet {
  readonly name: string;
  readonly request: ArchitectureRequest;
}

/** The paper's nets, one of them without padding too, then sizes that people use today: a transformer block, a VGG classifier. */
export const benchNets: readonly BenchNet[] = [
  ...[
    'morse',
    'mnist-cl',
    'mnist-single',
    'mnist-conv',
    'cifar10-2cl',
    'cifar10-3cl',
    'cifar100-2cl',
    'cifar100-3cl',
  ].map((name) => ({ name, request: presets[name] })),
  { name: 'unpadded-cifar10-2cl', request: { layers: [4096, 512, 16], fanOuts: [1, 1] } },
  { name: 'transformer-86-32', request: { layers: [4096, 11008, 4096], fanOuts: [86, 32] } },
  { name: 'transformer-129-48', request: { layers: [4096, 11008, 4096], fanOuts: [129, 48] } },
  {
    name: 'vgg-64-64-125',
    request: { layers: [25088, 4096, 4096, 1000], fanOuts: [64, 64, 125] },
  },
];

/** Cyclic rows: dense enough junctions are only mixed by swaps, since shuffled edges would rarely be simple. */
function cyclicJunction(left: number, right: number, fanOut: number): Uint32Array {
  const fanIn = (left * fanOut) / right;
  const sources = new Uint32Array(left * fanOut);
  const filled = new Uint32Array(right);
  for (let edge = 0; edge < sources.length; edge++) {
    const j = edge % right;
    sources[j * fanIn + filled[j]++] = Math.floor(edge / fanOut);
  }
  return sources;
}

/** Edge ends in random order, double edges then exchanged with random others. */
function randomJunction(left: number, right: number, fanOut: number, random: Random): Uint32Array {
  const fanIn = (left * fanOut) / right;
  const sources = cyclicJunction(left, right, fanOut);
  const has = (j: number, k: number) => sources.subarray(j * fanIn, (j + 1) * fanIn).includes(k);
  const exchange = (e: number, f: number) => {
    const [i, j] = [Math.floor(e / fanIn), Math.floor(f / fanIn)];
    const [k, l] = [sources[e], sources[f]];
    if (i === j || has(i, l) || has(j, k)) return false;
    sources[e] = l;
    sources[f] = k;
    return true;
  };
  if (fanOut > right / 3) {
    for (let tries = 0; tries < 4 * sources.length; tries++) {
      exchange(random.below(sources.length), random.below(sources.length));
    }
    return sources;
  }
  random.shuffle(sources);
  for (let j = 0; j < right; j++) {
    for (let e = j * fanIn; e < (j + 1) * fanIn; e++) {
      const isDouble = () => sources.subarray(j * fanIn, e).includes(sources[e]);
      while (isDouble()) exchange(e, random.below(sources.length));
    }
  }
  return sources;
}

/** A random pattern, the same for the same seed. */
export function benchPattern(
  request: ArchitectureRequest,
  seed: number,
): { architecture: Architecture; pattern: Pattern } {
  const architecture = defineArchitecture(request);
  const junctions = junctionSizes(architecture).map(({ number, left, right, fanOut }) =>
    randomJunction(left, right, fanOut, Random.fromSeed(seed).fork(number)),
  );
  return { architecture, pattern: makePattern(architecture, junctions) };
}
