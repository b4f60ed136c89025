import { type Command, InvalidArgumentError, Option } from 'commander';
import { isRecord } from '../base/json.ts';
import type { Architecture } from '../pattern/architecture.ts';
import type { Constraints, NeuronPair, NmStructure } from '../pattern/constraints/constraints.ts';
import { UsageError } from './errors.ts';
import { readOptionFile } from './option-file.ts';

/** Options that name constraints on patterns, beside their degrees. */
export interface ConstraintOptions {
  readonly parallelism?: (number | null)[];
  readonly nm?: (Ratio | null)[];
  readonly nmTransposable?: boolean;
  readonly edges?: string;
  readonly distinct?: boolean;
}

type Ratio = readonly [number, number];

/** "16", "8,4", "8,-": one for all junctions, or one for each, - for none. */
function perJunction<T>(parse: (part: string) => T | undefined, expected: string): (text: string) => (T | null)[] {
  return (text) =>
    text.split(',').map((part) => {
      if (part.trim() === '-') return null;
      const value = parse(part.trim());
      if (value === undefined) throw new InvalidArgumentError(`Expected ${expected}, with - for none.`);
      return value;
    });
}

const parallelisms = perJunction(
  (part) => (/^[1-9]\d{0,9}$/.test(part) ? Number(part) : undefined),
  'a whole number from 1 for all junctions, or one for each, such as 16 or 8,4',
);

const ratios = perJunction((part): Ratio | undefined => {
  const match = /^(\d{1,9}):(\d{1,9})$/.exec(part);
  return match === null ? undefined : [Number(match[1]), Number(match[2])];
}, 'N:M for all junctions, or one for each, such as 2:4 or 2:4,1:8');

export function addConstraintOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--parallelism <z>',
        'edges read at once without two of them in one memory, for all junctions or one for each: 16 or 8,4 or 8,-',
      ).argParser(parallelisms),
    )
    .addOption(
      new Option(
        '--nm <N:M>',
        'of every M neighbouring left neurons each right neuron keeps N, for all junctions or one for each: 2:4 or 2:4,-',
      ).argParser(ratios),
    )
    .option('--nm-transposable', 'with --nm: also of every M neighbouring right neurons each left neuron keeps N')
    .option(
      '--edges <file>',
      'forbidden and forced edges, [left, right] from 0 by junction from 1: {"1":{"forbidden":[[0,3]],"forced":[[5,2]]}}',
    )
    .option('--distinct', 'no two right neurons of a junction have the same left neurons');
}

const EDGES_STEP =
  'An edges file holds pairs [left neuron, right neuron], counted from 0, by junction, counted from 1: {"1": {"forbidden": [[0,3]], "forced": [[5,2]]}}.';

function forAll<T>(values: readonly T[] | undefined, junctions: number, option: string): readonly T[] | undefined {
  if (values === undefined || values.length === junctions) return values;
  if (values.length === 1) return new Array<T>(junctions).fill(values[0]);
  throw new UsageError(
    `${option} says something for ${values.length} junctions, and the network has ${junctions}`,
    'Give one value for all junctions, or one for each.',
  );
}

const KINDS = ['forbidden', 'forced'] as const;

/** Lists of pairs by kind and junction, as the file has them. @throws UsageError naming the place of what is wrong */
function edgesFrom(path: string, architecture: Architecture): Pick<Constraints, (typeof KINDS)[number]> {
  const parsed = readOptionFile(path, 'the edges file', EDGES_STEP);
  const bad = (what: string) => new UsageError(`the edges file ${path} ${what}`, EDGES_STEP);
  if (!isRecord(parsed)) throw bad('is not an object of junctions');
  const junctions = architecture.fanOuts.length;
  const lists = { forbidden: [] as NeuronPair[][], forced: [] as NeuronPair[][] };
  for (const kind of KINDS) lists[kind] = Array.from({ length: junctions }, () => []);
  for (const [key, value] of Object.entries(parsed)) {
    const junction = /^[1-9]\d*$/.test(key) ? Number(key) : 0;
    if (junction < 1 || junction > junctions) throw bad(`names junction "${key}"; expected 1 to ${junctions}`);
    if (!isRecord(value)) throw bad(`has no lists for junction ${key}`);
    for (const [kind, pairs] of Object.entries(value)) {
      const known = KINDS.find((name) => name === kind);
      if (known === undefined) throw bad(`has "${kind}" in junction ${key}; expected "forbidden" or "forced"`);
      if (!Array.isArray(pairs)) throw bad(`has no list of pairs as "${kind}" of junction ${key}`);
      const sizes = [architecture.layers[junction - 1], architecture.layers[junction]];
      for (const [index, pair] of pairs.entries()) {
        const fault = pairFault(pair, sizes);
        if (fault !== null) throw bad(`is wrong in pair ${index + 1} of "${kind}" of junction ${key}: ${fault}`);
      }
      lists[known][junction - 1] = pairs;
    }
  }
  return lists;
}

function pairFault(pair: unknown, sizes: readonly number[]): string | null {
  if (!Array.isArray(pair) || pair.length !== 2) return `expected [left, right]; got ${JSON.stringify(pair)}`;
  for (const [index, side] of ['left', 'right'].entries()) {
    const neuron = pair[index];
    if (Number.isSafeInteger(neuron) && neuron >= 0 && neuron < sizes[index]) continue;
    return `expected a ${side} neuron from 0 to ${sizes[index] - 1}; got ${JSON.stringify(neuron)}`;
  }
  return null;
}

/** The constraints that the options name, each checked by itself; undefined where they name none. @throws UsageError for values that do not fit */
export function typedConstraints(options: ConstraintOptions, architecture: Architecture): Constraints | undefined {
  const { parallelism, nm, nmTransposable = false, edges, distinct = false } = options;
  const junctions = architecture.fanOuts.length;
  if (nmTransposable && nm === undefined) {
    throw new UsageError('--nm-transposable says nothing without --nm', 'Give the structure too, such as --nm 2:4.');
  }
  const structure = forAll(nm, junctions, '--nm')?.map((ratio): NmStructure | null =>
    ratio === null ? null : { n: ratio[0], m: ratio[1], transposable: nmTransposable },
  );
  const all = {
    parallelism: forAll(parallelism, junctions, '--parallelism'),
    structure,
    ...(edges === undefined ? {} : edgesFrom(edges, architecture)),
    distinctNeighbourhoods: distinct ? true : undefined,
  };
  const said = Object.entries(all).filter(([, value]) => value !== undefined);
  return said.length === 0 ? undefined : (Object.fromEntries(said) as Constraints);
}
