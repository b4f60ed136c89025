import { statSync } from 'node:fs';
import { ScattershotError, unwrap } from '../../base/failure.ts';
import { presets } from '../../pattern/presets.ts';
import { trainText } from '../../report/train.ts';
import type { Store, StudyRecord } from '../../store/index.ts';
import { BEST, findCandidate } from '../../study/find-candidate.ts';
import { baseNameOf } from '../../study/settings.ts';
import { type TrainedPattern, type TrainOneReport, trainOne } from '../../study/train-one.ts';
import type { TrainingPlan } from '../../study/training-plan.ts';
import { findDataset } from '../../training/datasets/index.ts';
import { paperNetwork } from '../../training/networks.ts';
import type { ScatterOptions } from '../architecture-options.ts';
import { type GlobalOptions, makeContext, printJson } from '../context.ts';
import { detach } from '../detach.ts';
import { EXIT, UsageError } from '../errors.ts';
import type { PatternOptions } from '../pattern-options.ts';
import { readPatternToScore } from '../pattern-to-score.ts';
import { withStore } from '../stores.ts';
import { StudySession } from '../study-session.ts';
import { describeTraining, type TrainingOptions, trainingRequestFrom, trainingSeeds } from '../training-options.ts';

interface TrainCommandOptions extends GlobalOptions, TrainingOptions, PatternOptions, ScatterOptions {
  readonly json?: boolean;
}

const PATTERN_FILE = /\.(json|npz|npy|safetensors)$/i;

/** A pipe too; a folder may be the name of a study as well. */
const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === false;

/** A study has its own shapes, padding and metric, and no arrays to choose. */
function refuseFileOptions(options: TrainCommandOptions): void {
  const { shapes, usedInputs, usedOutputs, metric, windows, spans, tensor, transposed } = options;
  const given = Object.entries({ shapes, usedInputs, usedOutputs, metric, windows, spans, tensor, transposed }).find(
    ([, value]) => value !== undefined,
  );
  if (given === undefined) return;
  const flag = `--${given[0].replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new UsageError(`${flag} is for pattern files; a study has its own`, `Leave ${flag} out.`);
}

async function fileTrainee(path: string, options: TrainCommandOptions): Promise<TrainedPattern> {
  const { file, architecture, metric, entryOptions } = await readPatternToScore(path, options);
  return { pattern: file.pattern, architecture, metric, entries: entryOptions };
}

function studyTrainee(store: Store, name: string | null, candidateName: string): TrainedPattern {
  const study = unwrap(store.getStudy(name));
  return { study, candidate: unwrap(findCandidate(store, study, candidateName)).number };
}

/** A lone number is a candidate of the newest study, a study's name its best candidate, anything else the newest study's candidate. */
function loneTrainee(store: Store, name: string): TrainedPattern {
  // What no fingerprint starts with can only be meant as a study: the message is then about studies.
  const isStudy =
    !/^\d+$/.test(name) && (store.getStudy(name).ok || !(name.toLowerCase() === BEST || /^[0-9a-f]+$/i.test(name)));
  return isStudy ? studyTrainee(store, name, BEST) : studyTrainee(store, null, name);
}

async function traineeOf(
  store: Store,
  first: string,
  second: string | undefined,
  options: TrainCommandOptions,
): Promise<TrainedPattern> {
  if (second === undefined && (PATTERN_FILE.test(first) || isFile(first))) return fileTrainee(first, options);
  refuseFileOptions(options);
  return second === undefined ? loneTrainee(store, first) : studyTrainee(store, first, second);
}

/** The network of the paper that a study was begun with. */
function presetOf(study: StudyRecord): string | undefined {
  const { architecture } = study;
  const baseName = baseNameOf(study);
  if (baseName === undefined || !Object.hasOwn(presets, baseName)) return undefined;
  return presets[baseName].layers.join() === architecture.layers.join() ? baseName : undefined;
}

/** 1 where a seed diverged or failed: a mean over the others is not what was asked for. */
export function trainExitCode(report: Pick<TrainOneReport, 'runs' | 'testAccuracy'>, interrupted: boolean): number {
  const { runs, testAccuracy } = report;
  if (interrupted) return EXIT.interrupted;
  return testAccuracy === null || runs.some(({ status }) => status !== 'finished') ? EXIT.failed : EXIT.ok;
}

export async function trainAction(
  first: string,
  second: string | undefined,
  options: TrainCommandOptions,
): Promise<void> {
  const context = makeContext(options);
  if (context.run.detach) return detach(context);
  const seeds = trainingSeeds(context.seed, options.seeds);
  // Before a database is made for nothing.
  const lack = findDataset(options.data).lacks(context.cacheFolder);
  if (lack !== null) throw new ScattershotError(lack);
  await withStore(context, 'write', async (store) => {
    const trainee = await traineeOf(store, first, second, options);
    const network = 'study' in trainee ? presetOf(trainee.study) : undefined;
    const onPlan = ({ settings }: TrainingPlan) => {
      context.say(`Training: ${describeTraining(settings)}.`);
      const paper = paperNetwork(network);
      if (paper !== null) context.say(`Defaults of ${network}: ${paper.source}`);
    };
    const session = await StudySession.open(context, store);
    const { signal } = session;
    const request = { ...trainingRequestFrom(options), seeds, network, onPlan };
    const report = await trainOne(trainee, request, session.host).finally(() => session.done());
    // There is no study that ends, whose views would say it.
    if (session.hostsText !== null) context.say(`Hosts: ${session.hostsText}`);
    if (report === null) {
      process.exitCode = EXIT.interrupted;
      return;
    }
    if (options.json) printJson(context, report);
    else context.print(trainText(report, context.text).trimEnd());
    process.exitCode = trainExitCode(report, signal.aborted);
    if (process.exitCode === EXIT.interrupted)
      context.say('Interrupted; everything trained so far is stored. The same command goes on with it.');
  });
}
