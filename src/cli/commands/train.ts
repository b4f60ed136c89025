import { statSync } from 'node:fs';
import { Command } from 'commander';
import { FailureError, unwrap } from '../../pattern/failure.ts';
import { readPatternFile } from '../../pattern/formats/index.ts';
import { presets } from '../../pattern/presets.ts';
import { trainText } from '../../report/train.ts';
import type { Store, StudyRecord } from '../../store/index.ts';
import { requireFit } from '../../study/require-fit.ts';
import type { StudySettings } from '../../study/settings.ts';
import { studyOfPattern, trainOne } from '../../study/train-one.ts';
import { findDataset } from '../../training/datasets/index.ts';
import { paperNetwork } from '../../training/networks.ts';
import { addScatterOptions, entryOptionsFrom, type ScatterOptions } from '../architecture-options.ts';
import { type GlobalOptions, makeContext, printJson } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { withStore } from '../stores.ts';
import {
  addTrainingOptions,
  describeTraining,
  type TrainingOptions,
  trainingSettingsFrom,
} from '../training-options.ts';
import { watchLines } from '../watch.ts';
import { architectureOfFile } from './score.ts';

interface TrainOptions extends GlobalOptions, TrainingOptions, ScatterOptions {
  readonly json?: boolean;
}

const PATTERN_FILE = /\.(json|npz|npy|safetensors)$/i;

export function trainCommand(): Command {
  const command = new Command('train')
    .description(
      'train one candidate, or the pattern of a file; what was trained before under the same settings is not trained again',
    )
    .argument('<file-or-study>', 'a pattern file, or a study; a candidate alone means the newest study')
    .argument('[candidate]', 'number, or start of the fingerprint');
  return addScatterOptions(addTrainingOptions(command))
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot train pattern.npz --data morse --epochs 12 --seeds 3\n  scattershot train morse-1 17 --seeds 5\n  scattershot train 17 --data morse:noise=1 --backend wasm',
    )
    .action(train);
}

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** A study has its own shapes, padding and metric. */
function refuseScatterOptions({ shapes, usedInputs, usedOutputs, metric, windows, spans }: TrainOptions): void {
  const given = Object.entries({ shapes, usedInputs, usedOutputs, metric, windows, spans }).find(
    ([, value]) => value !== undefined,
  );
  if (given === undefined) return;
  const flag = `--${given[0].replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new UsageError(`${flag} is for pattern files; a study has its own`, `Leave ${flag} out.`);
}

async function traineeOf(
  store: Store,
  first: string,
  second: string | undefined,
  options: TrainOptions,
): Promise<{ study: StudyRecord; candidate: number }> {
  if (second === undefined && (PATTERN_FILE.test(first) || isFile(first))) {
    const file = unwrap(await readPatternFile(first));
    const study = studyOfPattern(store, {
      pattern: file.pattern,
      architecture: architectureOfFile(file, options),
      metric: options.metric ?? 'indicator',
      entries: entryOptionsFrom(options),
    });
    return { study, candidate: 1 };
  }
  refuseScatterOptions(options);
  const study = unwrap(store.getStudy(second === undefined ? null : first));
  return { study, candidate: unwrap(store.findCandidate(study, second ?? first)).number };
}

/** The network of the paper that a study was begun with. */
function presetOf({ settings, architecture }: StudyRecord): string | undefined {
  const { baseName } = settings as Partial<StudySettings>;
  if (baseName === undefined || !Object.hasOwn(presets, baseName)) return undefined;
  return presets[baseName].layers.join() === architecture.layers.join() ? baseName : undefined;
}

async function train(first: string, second: string | undefined, options: TrainOptions): Promise<void> {
  const context = makeContext(options);
  const source = findDataset(options.data);
  const lack = source.lacks(context.cacheFolder);
  if (lack !== null) throw new FailureError(lack);
  const { features } = source;
  await withStore(context, 'write', async (store) => {
    const { study, candidate } = await traineeOf(store, first, second, options);
    const { layers } = study.architecture;
    const network = presetOf(study);
    const settings = trainingSettingsFrom(options, { network, features, layers });
    requireFit(source, study.architecture, settings.front);
    const watch = watchLines(context);
    context.say(`Training: ${describeTraining(settings)}.`);
    const paper = paperNetwork(network);
    if (paper !== null) context.say(`Defaults of ${network}: ${paper.source}`);
    const plan = {
      dataset: options.data,
      seeds: Array.from({ length: options.seeds }, (_, index) => context.seed + index),
      settings,
      engine: options.engine,
      backend: options.backend,
    };
    const host = { store, cacheFolder: context.cacheFolder, workers: context.workers };
    const report = await trainOne(study, candidate, plan, {
      ...host,
      listener: watch.listener,
      signal: watch.signal,
    }).finally(watch.done);
    if (report === null) {
      process.exitCode = EXIT.interrupted;
      return;
    }
    if (options.json) printJson(context, { study: study.name, candidate, ...report });
    else context.print(trainText(report, context.text).trimEnd());
    if (watch.signal.aborted) process.exitCode = EXIT.interrupted;
    else if (report.testAccuracy === null) process.exitCode = EXIT.failed;
  });
}
