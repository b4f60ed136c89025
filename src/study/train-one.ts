import { createHash } from 'node:crypto';
import { mean } from 'simple-statistics';
import { unwrap } from '../base/failure.ts';
import { Random } from '../base/random.ts';
import type { TrainingScore } from '../base/score.ts';
import type { Architecture } from '../pattern/architecture.ts';
import { type EntryOptions, scatterEntries } from '../pattern/entries.ts';
import { fingerprint, type Pattern } from '../pattern/pattern.ts';
import { auditScore } from '../scatter/audit.ts';
import { scoreBoth } from '../scatter/kernel.ts';
import type { Metric } from '../scatter/metric.ts';
import type { EvaluationRecord, Store, StudyRecord } from '../store/index.ts';
import { type SharedFront, sharedFront } from '../training/frozen-front/shared-front.ts';
import { type BestEpoch, bestEpochOf, type RunsOn } from '../training/trainer.ts';
import { type DataReport, dataReport } from './data-report.ts';
import { emitterTo, type StudyHost, startHeartbeat } from './host.ts';
import { rankingKeyOf } from './leaderboard.ts';
import { TrainingProgressMeter } from './progress.ts';
import { loadData, trainingPhase } from './training-phase.ts';
import { type TrainingPlan, type TrainingPlanRequest, trainingPlan } from './training-plan.ts';

/** A pattern from a file, as a study of its own: named by its fingerprint, so that the same file is the same study. */
interface FilePattern {
  readonly pattern: Pattern;
  readonly architecture: Architecture;
  readonly metric: Metric;
  readonly entries: EntryOptions;
}

/** Names the same study for the same pattern measured the same way, and no other. */
function nameOf({ architecture, metric, entries }: FilePattern, print: string): string {
  const { layers, fanOuts, shapes, usedInputs, usedOutputs } = architecture;
  const plain = { layers, fanOuts, shapes: layers.map((n) => [n]), usedInputs: layers[0], usedOutputs: layers.at(-1) };
  const usual = JSON.stringify([plain, 'indicator', { windows: 'integral', spans: 'io' }]);
  const own = JSON.stringify([{ layers, fanOuts, shapes, usedInputs, usedOutputs }, metric, entries]);
  const base = `file-${print.slice(0, 12)}`;
  return own === usual ? base : `${base}-${createHash('sha256').update(own).digest('hex').slice(0, 8)}`;
}

/** The study that holds this pattern as its candidate 1; made, and the pattern scored and audited, where there is none yet. */
function studyOfPattern(store: Store, file: FilePattern): StudyRecord {
  const { pattern, architecture, metric } = file;
  const print = fingerprint(pattern);
  const name = nameOf(file, print);
  const existing = store.getStudy(name);
  // A process that was killed between the two may have left a study without its candidate.
  if (existing.ok && store.candidates(existing.value).length > 0) return existing.value;
  const entries = scatterEntries(architecture, file.entries, metric);
  const { score, other } = scoreBoth(pattern, entries, metric);
  const audit = auditScore(pattern, entries, score, Random.fromSeed(0));
  if (!audit.agrees) throw new Error(`the audit of the score failed: ${audit.message}`);
  const study = existing.ok
    ? unwrap(store.claimStudy(existing.value.id))
    : unwrap(
        store.createStudy({
          ...{ name, baseName: name, kind: 'train', architecture, metric, seed: 0 },
          entryKeys: entries.map((entry) => entry.key),
          settings: { kind: 'train', entries: file.entries },
        }),
      );
  store.recordRound(study.id, {
    added: [
      {
        ...{ number: 1, fingerprint: print, strategy: 'file', family: 'file', island: 0, round: 0, pattern },
        scatter: score.scatter,
        vector: score.vector,
        otherScatter: other?.scatter ?? null,
        otherVector: other?.vector ?? null,
        ties: {},
        audit: audit.audit,
      },
    ],
    evaluated: 1,
    seconds: 0,
    checkpoint: null,
    rankingKey: rankingKeyOf(study),
  });
  store.finishStudy(study.id, { status: 'finished' });
  return unwrap(store.getStudy(study.name));
}

/** What is trained: a study's candidate, or a file's pattern, of which a study is made once the training's plan holds. */
export type TrainedPattern = { readonly study: StudyRecord; readonly candidate: number } | FilePattern;

export interface TrainOneRequest extends Omit<TrainingPlanRequest, 'architecture'> {
  readonly seeds: readonly number[];
  /** hears the plan before anything is stored, generated or trained */
  readonly onPlan?: (plan: TrainingPlan) => void;
}

/** One training of the candidate, whenever it ran. */
export interface TrainOneRun extends Pick<EvaluationRecord, 'engine' | 'backend' | 'device' | 'samplesPerSecond'> {
  readonly seed: number;
  readonly status: EvaluationRecord['status'];
  readonly reason: string | null;
  readonly epochs: readonly {
    readonly loss: number;
    readonly accuracy: number;
    readonly validationAccuracy: number;
  }[];
  /** of all epochs; the test split is taken at the last one whatever it says */
  readonly bestValidation: BestEpoch | null;
  readonly testAccuracy: number | null;
}

/** What the runs of one candidate came to. */
export interface RunsReport {
  /** how many of the runs finished, and how many diverged: a mean over few of many says little */
  readonly finished: number;
  readonly diverged: number;
  /** what the runs ran on; null where that is not the same for all of them */
  readonly engine: string | null;
  readonly backend: string | null;
  readonly device: string | null;
  /** mean over the finished runs' optimiser steps; null where none is known, and where they ran on different devices */
  readonly samplesPerSecond: number | null;
  /** how many of the runs the store had already */
  readonly trainedBefore: number;
  readonly data: DataReport;
  /** trained beforehand and not by these runs, which trained connected layers alone; null where there is none */
  readonly sharedFront: SharedFront | null;
  readonly runs: readonly TrainOneRun[];
  /** what the fields named for accuracy hold, where it is not accuracy: the score's value as the trainer told it */
  readonly score?: TrainingScore;
  /** on the test split at the last epoch, a fraction: mean over the finished runs; null where none finished */
  readonly testAccuracy: number | null;
}

export interface TrainOneReport extends RunsReport {
  /** name of the study that holds the candidate */
  readonly study: string;
  /** its number there */
  readonly candidate: number;
}

const meanOf = (values: readonly number[]) => (values.length === 0 ? null : mean(values));

/**
 * Trains one candidate with each seed, unless the store has it already, and reports what the store then holds; null when interrupted
 * before.
 * @throws RangeError for what does not fit together, before anything is stored; ScattershotError for what the world does
 */
export async function trainOne(
  trainee: TrainedPattern,
  request: TrainOneRequest,
  host: StudyHost,
): Promise<TrainOneReport | null> {
  const { architecture } = 'study' in trainee ? trainee.study : trainee;
  const plan = unwrap(await trainingPlan({ ...request, architecture }, host));
  request.onPlan?.(plan);
  const { study, candidate } =
    'study' in trainee ? trainee : { study: studyOfPattern(host.store, trainee), candidate: 1 };
  return trainPlanned({ plan, seeds: request.seeds, study, candidate }, host);
}

interface PlannedTraining {
  readonly plan: TrainingPlan;
  readonly seeds: readonly number[];
  readonly study: StudyRecord;
  readonly candidate: number;
}

async function trainPlanned(planned: PlannedTraining, host: StudyHost): Promise<TrainOneReport | null> {
  const { plan, seeds, study, candidate } = planned;
  const emit = emitterTo(host.listener);
  const { store } = host;
  emit({ kind: 'phase', phase: 'data', dataset: plan.source.name });
  const dataset = await loadData(plan, host, emit);
  if (dataset === null) return null;
  unwrap(store.claimStudy(study.id, 'add'));
  const heartbeat = startHeartbeat(host, study.id);
  try {
    const { epochs } = plan.settings;
    const told = { study: study.name, architecture: study.architecture, dataset: dataset.name, seeds, epochs };
    emit({ kind: 'phase', phase: 'train', ...told, candidates: [candidate] });
    const meter = new TrainingProgressMeter({ trainings: seeds.length, epochs });
    const work = { plan, seeds, study: study.id, candidates: [candidate], dataset, meter };
    const { runsOn, settingsDigest, trainedBefore } = await trainingPhase(work, heartbeat.host, emit);
    const facts = { data: dataReport(dataset), sharedFront: sharedFront(plan.settings) };
    const evaluations = store
      .evaluations(study.id, { candidate, settingsDigest })
      .filter(({ seed }) => seeds.includes(seed));
    return { study: study.name, candidate, ...trainReport(evaluations, runsOn), trainedBefore, ...facts };
  } finally {
    heartbeat.end();
    store.releaseStudy(study.id);
  }
}

/** A training as it is told of, stored or not. */
export type RanTraining = Pick<
  EvaluationRecord,
  | 'seed'
  | 'status'
  | 'reason'
  | 'epochs'
  | 'testAccuracy'
  | 'engine'
  | 'backend'
  | 'device'
  | 'samplesPerSecond'
  | 'score'
>;

/** The one value that all have, or null. */
function same<T>(values: readonly T[]): T | null {
  const [first, ...others] = new Set(values);
  return others.length === 0 ? first : null;
}

/** @param started what would have run; told where no run has begun */
export function trainReport(
  evaluations: readonly RanTraining[],
  started: RunsOn,
): Omit<RunsReport, 'trainedBefore' | 'data' | 'sharedFront'> {
  const finished = evaluations.filter(({ status }) => status === 'finished');
  const score = evaluations.find((run) => run.score != null)?.score ?? started.score ?? null;
  const ran = evaluations.length === 0 ? [started] : evaluations;
  const device = same(ran.map((run) => run.device));
  return {
    ...(score === null ? {} : { score }),
    engine: same(ran.map(({ engine }) => engine)),
    backend: same(ran.map(({ backend }) => backend)),
    device,
    samplesPerSecond: device === null ? null : meanOf(finished.flatMap((run) => run.samplesPerSecond ?? [])),
    runs: evaluations.map(
      ({ seed, status, reason, epochs, testAccuracy, engine, backend, device, samplesPerSecond }) => ({
        ...{ seed, status, reason, testAccuracy, bestValidation: bestEpochOf(epochs, score) },
        ...{ engine, backend, device, samplesPerSecond },
        epochs: epochs.map(({ loss, accuracy, validationAccuracy }) => ({ loss, accuracy, validationAccuracy })),
      }),
    ),
    finished: finished.length,
    diverged: evaluations.filter(({ status }) => status === 'diverged').length,
    testAccuracy: meanOf(finished.flatMap(({ testAccuracy }) => testAccuracy ?? [])),
  };
}
