import { type Command, Option } from 'commander';
import { InvalidValueError } from '../base/caller-errors.ts';
import { isRecord } from '../base/json.ts';
import {
  type Architecture,
  type ArchitectureRequest,
  defineArchitecture,
  fanOutStep,
  greatestCommonDivisor,
  isExact,
  type JunctionSize,
  junctionSizes,
  type LayerShape,
  nameOfLayers,
} from '../pattern/architecture.ts';
import {
  type DegreeKind,
  degreeKinds,
  describeJunction,
  exactFanOuts,
  fanOutsForDensities,
  fanOutsForFanIns,
} from '../pattern/degree-choice.ts';
import type { EntryOptions, ExplicitWindows } from '../pattern/entries.ts';
import { presets } from '../pattern/presets.ts';
import { type Metric, metrics } from '../scatter/metric.ts';
import { UsageError } from './errors.ts';
import { readOptionFile } from './option-file.ts';
import { densities, oneOf, shapes, wholeNumber, wholeNumbers } from './parse.ts';

/** Options that name a network and say how its scatter is measured. */
export interface ArchitectureOptions extends ScatterOptions {
  readonly net?: string;
  readonly layers?: number[];
  readonly fanOut?: number[];
  readonly fanIn?: number[];
  readonly density?: number[];
  readonly degrees?: DegreeKind;
}

export interface ScatterOptions {
  readonly shapes?: LayerShape[];
  readonly usedInputs?: number;
  readonly usedOutputs?: number;
  readonly metric?: Metric;
  readonly windows?: string;
  readonly spans?: 'io' | 'all';
}

export function addScatterOptions(command: Command): Command {
  return command
    .addOption(new Option('--shapes <shapes>', 'shape of every layer, n, HxW or HxWxC: 28x28,112,10').argParser(shapes))
    .addOption(new Option('--used-inputs <n>', 'real input neurons; the rest are padding').argParser(wholeNumber(1)))
    .addOption(new Option('--used-outputs <n>', 'real output neurons; the rest are padding').argParser(wholeNumber(1)))
    .addOption(
      new Option('--metric <metric>', `what ranks: ${metrics.join(' or ')} (default: indicator)`).argParser(
        oneOf(metrics),
      ),
    )
    .option('--windows <kind>', 'integral, balanced, or a windows file (default: integral)')
    .addOption(
      new Option('--spans <spans>', 'io: junctions and 1:J; all: every X:Y (default: io)').argParser(
        oneOf(['io', 'all']),
      ),
    );
}

export function addArchitectureOptions(command: Command): Command {
  return addScatterOptions(
    command
      .option('--net <name>', `a network of the paper: ${Object.keys(presets).join(', ')}`)
      .addOption(new Option('--layers <sizes>', 'neurons of every layer: 64,1024,64').argParser(wholeNumbers))
      .addOption(
        new Option('--fan-out <sizes>', 'edges leaving each left neuron, one a junction: 128,8').argParser(
          wholeNumbers,
        ),
      )
      .addOption(
        new Option('--fan-in <sizes>', 'edges entering each right neuron instead, one a junction: 78,30,100').argParser(
          wholeNumbers,
        ),
      )
      .addOption(
        new Option(
          '--density <density>',
          'density instead, one for all or one a junction: 12.5%, 10%,10%,dense',
        ).argParser(densities),
      )
      .addOption(
        new Option(
          '--degrees <kind>',
          'exact, balanced (fan-outs equal or one apart), or auto: exact where they come within 2 % of the density (default: auto)',
        ).argParser(oneOf(degreeKinds)),
      ),
  );
}

/** The layers that were named, and the preset where one was. @throws UsageError where none or two were named */
export function layersFrom({ net, layers }: ArchitectureOptions): {
  layers: readonly number[];
  base: ArchitectureRequest | null;
} {
  refuseTwoNetworks({ net, layers });
  const base = net === undefined ? null : presetNamed(net);
  const named = layers ?? base?.layers;
  if (named === undefined) {
    const names = Object.keys(presets).join(', ');
    throw new UsageError('no network was named', `Give --net NAME (${names}) or --layers 64,1024,64.`);
  }
  return { layers: named, base };
}

function refuseTwoNetworks({ net, layers }: ArchitectureOptions): void {
  if (net === undefined || layers === undefined) return;
  throw new UsageError('--net and --layers both name a network', 'Give one of them.');
}

/** @param fallback preset to use when neither --net nor --layers is given */
export function architectureFrom(
  options: ArchitectureOptions,
  fallback?: string,
): { architecture: Architecture; baseName: string } {
  refuseTwoNetworks(options);
  refuseTwoDegrees(options);
  const net = options.net ?? (options.layers === undefined ? fallback : undefined);
  const base = net === undefined ? undefined : presetNamed(net);
  const layers = options.layers ?? base?.layers;
  if (layers === undefined) {
    throw new UsageError(
      'no network was named',
      `Give --net NAME (${Object.keys(presets).join(', ')}) or --layers 64,1024,64 --fan-out 128,8.`,
    );
  }
  const architecture = defineArchitecture({
    layers,
    fanOuts: withSizes(options, layers, base, () => fanOutsFrom(options, layers, base)),
    shapes: options.shapes ?? base?.shapes,
    usedInputs: options.usedInputs ?? base?.usedInputs,
    usedOutputs: options.usedOutputs ?? base?.usedOutputs,
  });
  return { architecture, baseName: net ?? nameOfLayers(layers) };
}

/** Edges into a window on the average from which on chance leaves next to none without one: e⁻⁵ is below 1 %. */
const FILLED_BY_CHANCE = 5;

/** Where exact degrees have windows so wide that nearly every pattern scores 1, and what measures there. */
function windowsHint({ number, right, fanIn, fanOut, density }: JunctionSize, options: ArchitectureOptions): string {
  const { windows = 'integral', metric = 'indicator' } = options;
  const ideal = fanOut / greatestCommonDivisor(fanOut, right);
  if (windows !== 'integral' || metric !== 'indicator' || density === 1 || ideal < FILLED_BY_CHANCE) return '';
  const size = right / greatestCommonDivisor(fanOut, right);
  return `; junction ${number} has windows of ${size} neurons, which chance fills: --windows balanced measures in ${fanIn}`;
}

/** What degrees a density was turned into, a line a junction; nothing where they were given. */
export function degreesTaken(options: ArchitectureOptions, architecture: Architecture): string[] {
  if (options.density === undefined) return [];
  return junctionSizes(architecture).map(
    (size) => describeJunction(size) + (isExact(size) ? windowsHint(size, options) : ''),
  );
}

/** @throws UsageError where two options say how dense the network is, or one says it in a way that the kind of degrees contradicts */
function refuseTwoDegrees({ fanOut, fanIn, density, degrees }: ArchitectureOptions): void {
  const given = Object.entries({ '--fan-out': fanOut, '--fan-in': fanIn, '--density': density })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  if (given.length > 1) {
    throw new UsageError(`${given.join(' and ')} both say how dense the network is`, 'Give one of them.');
  }
  if (degrees !== undefined && fanIn === undefined && density === undefined && degrees !== 'exact') {
    throw new UsageError(`--degrees ${degrees} needs --density or --fan-in: a fan-out is exact`, 'Give one of them.');
  }
}

function presetNamed(net: string): ArchitectureRequest {
  const preset = Object.hasOwn(presets, net) ? presets[net] : undefined;
  if (preset === undefined) {
    throw new UsageError(`there is no network named "${net}"`, `The networks are: ${Object.keys(presets).join(', ')}.`);
  }
  return preset;
}

/** Commands that a refusal of degrees advises are given the shapes and padding of what was asked for, without which they are another problem. */
function withSizes<T>(
  { shapes: own, usedInputs, usedOutputs }: ArchitectureOptions,
  layers: readonly number[],
  base: ArchitectureRequest | undefined,
  choose: () => T,
): T {
  const sizes = Object.entries({
    '--shapes': own?.map((shape) => shape.join('x')).join(','),
    '--used-inputs': usedInputs ?? base?.usedInputs,
    '--used-outputs': usedOutputs ?? base?.usedOutputs,
  }).flatMap(([name, used]) => (used === undefined ? [] : [` ${name} ${used}`]));
  try {
    return choose();
  } catch (error) {
    if (!(error instanceof InvalidValueError) || error.nextStep === null) throw error;
    const named = `search --layers ${layers.join(',')}`;
    throw new InvalidValueError(error.message, error.nextStep.replaceAll(named, named + sizes.join('')));
  }
}

function fanOutsFrom(
  options: ArchitectureOptions,
  layers: readonly number[],
  base?: ArchitectureRequest,
): readonly number[] {
  if (options.fanOut !== undefined) return exactFanOuts(layers, options.fanOut);
  if (options.density !== undefined) return fanOutsForDensities(layers, options.density, options.degrees);
  if (options.fanIn !== undefined) return fanOutsForFanIns(layers, options.fanIn, options.degrees);
  if (base !== undefined) return base.fanOuts;
  const smallest = layers.slice(1).map((right, index) => fanOutStep(layers[index], right));
  throw new UsageError(
    'how many edges each neuron keeps was not said',
    `Give --fan-out (one number a junction; the sparsest here is ${smallest.join(',')}), --fan-in or --density 12.5%.`,
  );
}

export function entryOptionsFrom(options: ScatterOptions): EntryOptions {
  const { windows = 'integral', spans = 'io' } = options;
  if (windows === 'integral' || windows === 'balanced') return { windows, spans };
  return { windows: readWindowsFile(windows), spans };
}

const WINDOWS_STEP =
  'Give integral, balanced, or the path of a file with lists of neurons by entry: {"1:1 forward": [[0,1],[2,3]], "1:1 backward": …}.';

function readWindowsFile(path: string): ExplicitWindows {
  const parsed = readOptionFile(path, 'the windows file', WINDOWS_STEP);
  const isList = (value: unknown): value is unknown[] => Array.isArray(value);
  const isLists = (lists: unknown) =>
    isList(lists) && lists.every((list) => isList(list) && list.every((n) => typeof n === 'number'));
  if (isRecord(parsed) && Object.values(parsed).every(isLists)) return parsed as unknown as ExplicitWindows;
  throw new UsageError(`the windows file ${path} does not hold lists of neurons by entry`, WINDOWS_STEP);
}
