import { statSync } from 'node:fs';
import { Command } from 'commander';
import { ScattershotError, unwrap } from '../../base/failure.ts';
import type { Architecture } from '../../pattern/architecture.ts';
import { readPatternFile } from '../../pattern/formats/index.ts';
import { presets } from '../../pattern/presets.ts';
import { trainText } from '../../report/train.ts';
import type { Store, StudyRecord } from '../../store/index.ts';
import { requireFit } from '../../study/require-fit.ts';
import type { StudySettings } from '../../study/settings.ts';
import { studyOfPattern, type TrainOneReport, trainOne } from '../../study/train-one.ts';
import { type DatasetSource, findDataset } from '../../training/datasets/index.ts';
import { engineFault } from '../../training/engines.ts';
import { paperNetwork } from '../../training/networks.ts';
import type { FrontName, TrainingSettings } from '../../training/trainer.ts';
import { addScatterOptions, entryOptionsFrom, type ScatterOptions } from '../architecture-options.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { withStore } from '../stores.ts';
import {
  addTrainingOptions,
  describeTraining,
  type TrainingOptions,
  trainingSeeds,
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

/** What is to be trained, looked up and read; nothing is stored before `store` is called. */
interface Trainee {
  readonly architecture: Architecture;
  /** the network of the paper that its study was begun with */
  readonly network: string | undefined;
  store(): { readonly study: StudyRecord; readonly candidate: number };
}

async function fileTrainee(store: Store, path: string, options: TrainOptions): Promise<Trainee> {
  const file = unwrap(await readPatternFile(path));
  const architecture = architectureOfFile(file, options);
  const { pattern } = file;
  const metric = options.metric ?? 'indicator';
  const entries = entryOptionsFrom(options);
  return {
    architecture,
    network: undefined,
    store: () => ({ study: studyOfPattern(store, { pattern, architecture, metric, entries }), candidate: 1 }),
  };
}

function studyTrainee(store: Store, name: string | null, candidateName: string): Trainee {
  const study = unwrap(store.getStudy(name));
  const candidate = unwrap(store.findCandidate(study, candidateName)).number;
  return { architecture: study.architecture, network: presetOf(study), store: () => ({ study, candidate }) };
}

async function traineeOf(
  store: Store,
  first: string,
  second: string | undefined,
  options: TrainOptions,
): Promise<Trainee> {
  if (second === undefined && (PATTERN_FILE.test(first) || isFile(first))) return fileTrainee(store, first, options);
  refuseScatterOptions(options);
  return second === undefined ? studyTrainee(store, null, first) : studyTrainee(store, first, second);
}

/** The network of the paper that a study was begun with. */
function presetOf({ settings, architecture }: StudyRecord): string | undefined {
  const { baseName } = settings as Partial<StudySettings>;
  if (baseName === undefined || !Object.hasOwn(presets, baseName)) return undefined;
  return presets[baseName].layers.join() === architecture.layers.join() ? baseName : undefined;
}

/** Engine, backend, front and fast math that do not go together. @throws RangeError, ScattershotError */
async function requireEngine({ engine, backend }: TrainOptions, front?: FrontName, fastMath?: boolean): Promise<void> {
  const fault = await engineFault({ engine, backend, front, fastMath });
  if (fault !== null) throw new ScattershotError(fault);
}

/** Refuses what needs no database to be refused. */
async function checkOptions(options: TrainOptions, context: Context): Promise<DatasetSource> {
  const { front } = options;
  await requireEngine(options, front === 'auto' || front === 'none' ? undefined : front, options.fastMath);
  const source = findDataset(options.data);
  const lack = source.lacks(context.cacheFolder);
  if (lack !== null) throw new ScattershotError(lack);
  return source;
}

async function planFor(trainee: Trainee, source: DatasetSource, options: TrainOptions): Promise<TrainingSettings> {
  const { architecture, network } = trainee;
  const settings = trainingSettingsFrom(options, {
    ...{ network, features: source.features, layers: architecture.layers },
  });
  await requireEngine(options, settings.front, settings.fastMath);
  requireFit(source, architecture, settings.front);
  return settings;
}

/** 1 where no seed gave an accuracy, or one failed: a mean over the others is not what was asked for. */
export function trainExitCode(report: Pick<TrainOneReport, 'runs' | 'testAccuracy'>, interrupted: boolean): number {
  const { runs, testAccuracy } = report;
  if (interrupted) return EXIT.interrupted;
  return testAccuracy === null || runs.some(({ status }) => status === 'failed') ? EXIT.failed : EXIT.ok;
}

async function train(first: string, second: string | undefined, options: TrainOptions): Promise<void> {
  const context = makeContext(options);
  const seeds = trainingSeeds(context.seed, options.seeds);
  const source = await checkOptions(options, context);
  await withStore(context, 'write', async (store) => {
    const trainee = await traineeOf(store, first, second, options);
    const settings = await planFor(trainee, source, options);
    const { study, candidate } = trainee.store();
    const watch = watchLines(context);
    context.say(`Training: ${describeTraining(settings)}.`);
    const paper = paperNetwork(trainee.network);
    if (paper !== null) context.say(`Defaults of ${trainee.network}: ${paper.source}`);
    const { data: dataset, engine, backend } = options;
    const { cacheFolder, workers } = context;
    const { listener, signal } = watch;
    const plan = { dataset, seeds, settings, engine, backend };
    const report = await trainOne(study, candidate, plan, { store, cacheFolder, workers, listener, signal }).finally(
      watch.done,
    );
    if (report === null) {
      process.exitCode = EXIT.interrupted;
      return;
    }
    if (options.json) printJson(context, { study: study.name, candidate, ...report });
    else context.print(trainText(report, context.text).trimEnd());
    process.exitCode = trainExitCode(report, signal.aborted);
  });
}
