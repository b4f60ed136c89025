import fc from 'fast-check';
import { Random } from '../../src/base/random.ts';
import {
  type Architecture,
  defineArchitecture,
  feasibleFanOuts,
  type LayerShape,
  leastFanIn,
  meanFanOut,
} from '../../src/pattern/architecture.ts';
import { type Entry, type ExplicitWindows, entryKey, scatterEntries } from '../../src/pattern/entries.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import { randomPattern } from './random-pattern.ts';

export interface ScatterCase {
  readonly architecture: Architecture;
  readonly entries: readonly Entry[];
  readonly pattern: Pattern;
}

/** Lists that may overlap, be unequal or leave neurons out. */
function randomWindows(neurons: number, random: Random): number[][] {
  return Array.from({ length: 1 + random.below(5) }, () => {
    const all = random.shuffle(Array.from({ length: neurons }, (_, n) => n));
    return all.slice(0, 1 + random.below(neurons)).sort((a, b) => a - b);
  });
}

function explicitFor(architecture: Architecture, random: Random): ExplicitWindows {
  const windows: Record<string, number[][]> = {};
  for (let from = 1; from < architecture.layers.length; from++) {
    for (let to = from; to < architecture.layers.length; to++) {
      if (random.below(2) === 0)
        windows[entryKey(from, to, 'forward')] = randomWindows(architecture.layers[from - 1], random);
      if (random.below(2) === 0)
        windows[entryKey(from, to, 'backward')] = randomWindows(architecture.layers[to], random);
    }
  }
  return windows;
}

/** Fan-outs of every fan-in that leaves no neuron without an edge; most are means. */
const anyFanOuts = (left: number, right: number) => {
  const least = leastFanIn(left, right);
  return Array.from({ length: left - least + 1 }, (_, i) => meanFanOut(left, right, least + i));
};

/** A row, or any grid of one to three sides. */
function anyShape(neurons: number, random: Random): LayerShape | undefined {
  const divisors = (n: number) => Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
  const pick = (n: number) => divisors(n)[random.below(divisors(n).length)];
  const rows = pick(neurons);
  const columns = pick(neurons / rows);
  const shapes: (LayerShape | undefined)[] = [
    undefined,
    [rows, neurons / rows],
    [rows, columns, neurons / rows / columns],
  ];
  return shapes[random.below(shapes.length)];
}

const casesOf = (degrees: typeof anyFanOuts, shaped: boolean): fc.Arbitrary<ScatterCase> =>
  fc
    .record({
      layers: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 4 }),
      seed: fc.integer({ min: 0, max: 2 ** 31 }),
      windows: fc.constantFrom('integral', 'balanced', 'explicit'),
      padded: fc.boolean(),
    })
    .map(({ layers, seed, windows, padded }) => {
      const random = Random.fromSeed(seed);
      const fanOuts = layers.slice(1).map((right, i) => {
        const feasible = degrees(layers[i], right);
        return feasible[random.below(feasible.length)];
      });
      const used = (neurons: number) => (padded ? 1 + random.below(neurons) : neurons);
      const architecture = defineArchitecture({
        layers,
        fanOuts,
        usedInputs: used(layers[0]),
        usedOutputs: used(layers[layers.length - 1]),
        shapes: shaped && windows === 'integral' ? layers.map((neurons) => anyShape(neurons, random)) : undefined,
      });
      const entries = scatterEntries(architecture, {
        windows: windows === 'explicit' ? explicitFor(architecture, random) : (windows as 'integral' | 'balanced'),
        spans: 'all',
      });
      return { architecture, entries, pattern: randomPattern(architecture, random) };
    });

/** Small nets of 1 to 3 junctions, every kind of window, padding, all spans, and one random pattern of each. */
export const scatterCases: fc.Arbitrary<ScatterCase> = casesOf(feasibleFanOuts, false);

/** The same with any fan-ins, so that most degrees are balanced, and with shapes. */
export const balancedCases: fc.Arbitrary<ScatterCase> = casesOf(anyFanOuts, true);
