import { plural } from '../../base/plural.ts';
import type { Cells, JunctionRules } from './rules.ts';

/** Neurons of one side that cannot have the edges they need: more are needed than possible, or more forced than needed. */
export type ShortBlock = { readonly side: 'left' | 'right'; readonly neurons: readonly number[] } & (
  | { readonly needed: number; readonly possible: number }
  | { readonly excess: number }
);

const MOST_NAMED = 5;

/** "right neurons 3, 7 and 9", "left neuron 4", "cycles 0, 1, 2, 3, 4 and 12 more" */
function nameNeurons(noun: string, neurons: readonly number[]): string {
  const sorted = [...neurons].sort((a, b) => a - b);
  const parts = sorted.length > MOST_NAMED + 1 ? sorted.slice(0, MOST_NAMED).map(String) : sorted.map(String);
  if (parts.length < sorted.length) parts.push(`${sorted.length - MOST_NAMED} more`);
  const list = parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`;
  return `${noun}${sorted.length === 1 ? '' : 's'} ${list}`;
}

interface NeuronClasses {
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  readonly cells: Cells;
  /** what the rows are: "right neuron", or "cycle" where they are groups of these */
  readonly rightNoun: string;
}

const count = (edges: number, what = '') => plural(edges, `${what}edge`);

/** "left neurons 4 to 7" where they are neighbours */
function nameGroup(side: 'left' | 'right', neurons: Uint32Array): string {
  const [first, last] = [neurons[0], neurons[neurons.length - 1]];
  const isRun = neurons.length > 2 && last - first === neurons.length - 1;
  return isRun ? `${side} neurons ${first} to ${last}` : nameNeurons(`${side} neuron`, [...neurons]);
}

/** Within which classes, if there are any: " from memory 2", " between left neurons 4 to 7 and right neurons 0 to 3". */
function nameClasses({ parallelism, structure }: JunctionRules, { left, right, cells }: NeuronClasses): string {
  if (cells.leftClasses === 1 && cells.rightClasses === 1) return '';
  if (cells.rightClasses > 1) return ` between ${nameGroup('left', left)} and ${nameGroup('right', right)}`;
  const isMemory = parallelism !== null && structure === null && cells.leftClasses === parallelism;
  return ` from ${isMemory ? `memory ${left[0] % parallelism}` : nameGroup('left', left)}`;
}

/** "right neurons 3, 7 and 9 need 12 edges from memory 2, but forbidden and forced edges leave at most 10" */
export function describeShortage(short: ShortBlock, rules: JunctionRules, classes: NeuronClasses): string {
  const neurons = nameNeurons(short.side === 'right' ? classes.rightNoun : 'left neuron', short.neurons);
  const where = nameClasses(rules, classes);
  if ('excess' in short) {
    const allowed =
      short.side === 'right'
        ? rules.size.fanIn / classes.cells.leftClasses
        : rules.size.mostFanOut / classes.cells.rightClasses;
    return `${neurons} has ${count(allowed + short.excess, 'forced ')}${where}, but room for ${allowed}`;
  }
  const needs = short.neurons.length === 1 ? 'needs' : 'need';
  const causes = [rules.forbidden.length > 0 ? 'forbidden' : '', rules.forced.length > 0 ? 'forced' : ''];
  const cause = causes.filter((word) => word !== '').join(' and ');
  return `${neurons} ${needs} ${count(short.needed)}${where}, but ${cause} edges leave at most ${short.possible}`;
}
