import { type Command, Option } from 'commander';
import { isRecord } from '../base/json.ts';
import {
  type Architecture,
  type ArchitectureRequest,
  defineArchitecture,
  fanOutStep,
  fanOutsForDensity,
  type LayerShape,
  nameOfLayers,
} from '../pattern/architecture.ts';
import type { EntryOptions, ExplicitWindows } from '../pattern/entries.ts';
import { presets } from '../pattern/presets.ts';
import { type Metric, metrics } from '../scatter/metric.ts';
import { UsageError } from './errors.ts';
import { readOptionFile } from './option-file.ts';
import { oneOf, shapes, unitFraction, wholeNumber, wholeNumbers } from './parse.ts';

/** Options that name a network and say how its scatter is measured. */
export interface ArchitectureOptions extends ScatterOptions {
  readonly net?: string;
  readonly layers?: number[];
  readonly fanOut?: number[];
  readonly density?: number;
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
        new Option('--density <density>', 'one density for every junction instead: 12.5%').argParser(unitFraction),
      ),
  );
}

/** @param fallback preset to use when neither --net nor --layers is given */
export function architectureFrom(
  options: ArchitectureOptions,
  fallback?: string,
): { architecture: Architecture; baseName: string } {
  if (options.net !== undefined && options.layers !== undefined) {
    throw new UsageError('--net and --layers both name a network', 'Give one of them.');
  }
  if (options.fanOut !== undefined && options.density !== undefined) {
    throw new UsageError('--fan-out and --density both say how dense the network is', 'Give one of them.');
  }
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
    fanOuts: fanOutsFrom(options, layers, base),
    shapes: options.shapes ?? base?.shapes,
    usedInputs: options.usedInputs ?? base?.usedInputs,
    usedOutputs: options.usedOutputs ?? base?.usedOutputs,
  });
  return { architecture, baseName: net ?? nameOfLayers(layers) };
}

function presetNamed(net: string): ArchitectureRequest {
  const preset = Object.hasOwn(presets, net) ? presets[net] : undefined;
  if (preset === undefined) {
    throw new UsageError(`there is no network named "${net}"`, `The networks are: ${Object.keys(presets).join(', ')}.`);
  }
  return preset;
}

function fanOutsFrom(
  options: ArchitectureOptions,
  layers: readonly number[],
  base?: ArchitectureRequest,
): readonly number[] {
  if (options.fanOut !== undefined) return options.fanOut;
  if (options.density !== undefined) return fanOutsForDensity(layers, options.density);
  if (base !== undefined) return base.fanOuts;
  const smallest = layers.slice(1).map((right, index) => fanOutStep(layers[index], right));
  throw new UsageError(
    'how many edges each neuron keeps was not said',
    `Give --fan-out (one number a junction; the sparsest here is ${smallest.join(',')}) or --density 12.5%.`,
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
