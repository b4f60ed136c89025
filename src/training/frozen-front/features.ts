import { type Failure, failure, type Outcome, success } from '../../base/failure.ts';
import type { Architecture } from '../../pattern/architecture.ts';
import type { Pattern } from '../../pattern/pattern.ts';
import { type CacheEntry, cacheFile } from '../datasets/cache.ts';
import { type Dataset, digestOf, emptySplit, type Split, type SplitName, splitNames } from '../datasets/dataset.ts';
import { createTrainer } from '../engines.ts';
import { frontOutputs, fronts } from '../fronts.ts';
import { trainingKey } from '../snapshot.ts';
import type {
  EpochResult,
  FeatureChunk,
  FrontName,
  FrozenFront,
  ResumedTraining,
  RunsOn,
  TrainingEvent,
  TrainingResult,
  TrainingSettings,
} from '../trainer.ts';
import {
  diskLack,
  type Features,
  type FrontFacts,
  FrontSnapshots,
  featureBytes,
  featureEntry,
  readFeatures,
  writeFeatures,
} from './feature-file.ts';
import { type FrontJob, frontJob, frontTraining } from './recipe.ts';

/** What happens to a frozen front, once a seed. */
export type FrontEvent =
  | ({ readonly kind: 'started'; readonly resumed?: ResumedTraining } & RunsOn)
  | ({ readonly kind: 'epoch' } & EpochResult)
  | {
      /** its features are there */
      readonly kind: 'ready';
      /** they were kept from an earlier training */
      readonly isKept: boolean;
      readonly facts: FrontFacts;
      readonly file: string;
      readonly sizeBytes: number;
    };

export interface FeatureRequest {
  readonly dataset: Dataset;
  /** with a front that is frozen, and its backend by name */
  readonly settings: TrainingSettings;
  readonly architecture: Architecture;
  /** the study's first candidate */
  readonly first: () => Pattern;
  /** of the connected layers, and of the front unless it has one of its own */
  readonly seed: number;
}

export interface FeatureHost {
  /** holds features/ */
  readonly cacheFolder: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: FrontEvent) => void;
  readonly onWarning: (message: string) => void;
  readonly beginsMore?: () => boolean;
  /** runs a training that may pause: each call begins it where it stands. Default: it is begun once */
  readonly run?: (begin: (stop: AbortSignal) => AsyncIterable<TrainingEvent>) => AsyncIterable<TrainingEvent>;
  /** default: as for any training */
  readonly snapshotEveryMs?: number;
}

/** The data as the front gives them on, filled piece by piece. */
class FeatureSplits {
  readonly #outputs: number;
  readonly splits: Readonly<Record<SplitName, Split>>;
  readonly #values: number;
  #missing: number;

  constructor(dataset: Dataset, outputs: number) {
    this.#outputs = outputs;
    this.#values = splitNames.reduce((sum, name) => sum + dataset[name].examples * outputs, 0);
    this.#missing = this.#values;
    const withLabels = (name: SplitName): Split => {
      const split = emptySplit(dataset[name].examples, outputs);
      split.labels.set(dataset[name].labels);
      return split;
    };
    this.splits = { train: withLabels('train'), validation: withLabels('validation'), test: withLabels('test') };
  }

  /** All of them are told again. */
  begin(): void {
    this.#missing = this.#values;
  }

  readonly take = ({ split, start, values }: FeatureChunk): void => {
    this.splits[split].inputs.set(values, start * this.#outputs);
    this.#missing -= values.length;
  };

  get isWhole(): boolean {
    return this.#missing === 0;
  }
}

/** The names of a frozen front's parts, all there. */
interface Frozen {
  readonly front: FrontName;
  readonly frozen: FrozenFront & Required<Pick<FrozenFront, 'backend'>>;
}

function frozenOf({ front, frozenFront }: TrainingSettings): Frozen {
  if (front === undefined || frozenFront?.backend === undefined) throw new Error('expected a planned front to freeze');
  return { front, frozen: { ...frozenFront, backend: frozenFront.backend } };
}

function endFailure({ status, reason }: TrainingResult): Failure {
  if (status === 'diverged') {
    return failure(
      'front-diverged',
      `the front that all candidates were to share diverged (${reason})`,
      'Give it a lower rate: --learning-rate.',
    );
  }
  return failure(
    'front-failed',
    `the front that all candidates were to share could not be trained: ${reason}`,
    'Run the same command again: it goes on from the last snapshot. Or name another backend: --backend wasm.',
  );
}

/** The network that makes features, and where these are kept: by a digest of all that decides them. */
export function featuresOf(
  { dataset, settings, architecture, first, seed }: FeatureRequest,
  cacheFolder: string,
): { readonly job: FrontJob; readonly entry: CacheEntry } {
  const { front, frozen } = frozenOf(settings);
  const job = frontJob(frozen, architecture, first, seed);
  const runsOn = { engine: 'tfjs', backend: frozen.backend } as const;
  const key = trainingKey(job, dataset.digest, frontTraining(settings), runsOn);
  return { job, entry: featureEntry(cacheFolder, front, key) };
}

/**
 * What a frozen front makes of the data: as it was kept in the cache, or trained now, with a network of its own, and kept. Interrupted,
 * or killed, the training goes on from its last snapshot the next time.
 * @returns null where the signal came first; Failures 'disk-full', 'unwritable-file', 'front-diverged', 'front-failed', and those of
 *   starting its backend
 */
export async function frozenFeatures(request: FeatureRequest, host: FeatureHost): Promise<Outcome<Features> | null> {
  const { dataset, settings } = request;
  const { front, frozen } = frozenOf(settings);
  const training = frontTraining(settings);
  const { job, entry } = featuresOf(request, host.cacheFolder);
  const file = cacheFile(entry);
  const outputs = frontOutputs(fronts[front]);
  const sizeBytes = featureBytes(dataset, outputs);
  const kept = await readFeatures(entry, host.onWarning);
  if (kept !== null) {
    host.onEvent({ kind: 'ready', isKept: true, facts: kept.facts, file, sizeBytes });
    return success(kept);
  }
  const lack = await diskLack(entry, sizeBytes);
  if (lack !== null) return lack;
  const snapshots = new FrontSnapshots(entry, host.onWarning, host.snapshotEveryMs);
  const splits = new FeatureSplits(dataset, outputs);
  const trained = await trainFront({ dataset, settings: training }, { front, frozen }, job, splits, snapshots, host);
  if (trained === null || !trained.ok) return trained;
  const { name, classes } = dataset;
  const digest = digestOf(entry.description, splits.splits);
  const normalisation = `features of the front ${front}`;
  const features: Features = {
    dataset: { name, digest, features: outputs, classes, normalisation, ...splits.splits },
    facts: trained.value,
  };
  const problem = await writeFeatures(entry, features);
  if (problem !== null) return problem;
  await snapshots.forget();
  host.onEvent({ kind: 'ready', isKept: false, facts: features.facts, file, sizeBytes });
  return success(features);
}

async function trainFront(
  { dataset, settings }: Pick<FeatureRequest, 'dataset' | 'settings'>,
  { front, frozen }: Frozen,
  job: FrontJob,
  splits: FeatureSplits,
  snapshots: FrontSnapshots,
  host: FeatureHost,
): Promise<Outcome<FrontFacts> | null> {
  const started = await createTrainer({ engine: 'tfjs', backend: frozen.backend, threads: 1, front });
  if (!started.ok) return started;
  const trainer = started.value;
  try {
    for (const message of trainer.warnings) host.onWarning(message);
    const begin = async function* (stop: AbortSignal): AsyncGenerator<TrainingEvent> {
      splits.begin();
      const whole = { id: 'front', ...job, wantFeatures: true, ...(await snapshots.read()) };
      yield* trainer.train([whole], dataset, settings, stop, snapshots, host.beginsMore, splits.take);
    };
    let result: TrainingResult | null = null;
    for await (const event of host.run?.(begin) ?? begin(host.signal)) {
      if (event.kind === 'result') result = event;
      else host.onEvent(event);
    }
    if (result === null || result.status === 'stopped') return null;
    if (result.status !== 'finished' || result.testAccuracy === null) return endFailure(result);
    if (!splits.isWhole) throw new Error('the front was trained, and some of its features never came');
    const { testAccuracy, engine, backend, device, samplesPerSecond, durationMs } = result;
    return success({ seed: job.seed, testAccuracy, engine, backend, device, samplesPerSecond, durationMs });
  } finally {
    await trainer.close();
  }
}
