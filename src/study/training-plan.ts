import { InvalidValueError } from '../base/caller-errors.ts';
import { type Failure, failure, type Outcome, ScattershotError, success } from '../base/failure.ts';
import type { Architecture } from '../pattern/architecture.ts';
import { dataFault } from '../training/data-fault.ts';
import { type DatasetSource, findDataset, memoryLack } from '../training/datasets/index.ts';
import { chooseEngine, type EngineChoice } from '../training/engines.ts';
import { frontBetween } from '../training/fronts.ts';
import { availableMemory, trainingBytes } from '../training/memory.ts';
import { paperNetwork } from '../training/networks.ts';
import { trainingSettings } from '../training/settings.ts';
import type { FrontName, TrainingSettings } from '../training/trainer.ts';

/** What is to be trained on what, as it was asked for: nothing of it has been checked. */
export interface TrainingPlanRequest {
  readonly architecture: Architecture;
  /** a dataset's name with its options, as on the command line: "morse:examples=500/100/100" */
  readonly dataset: string;
  /** what is left out comes from the paper where `network` names one of its networks, else from `defaultTrainingSettings` */
  readonly settings: Partial<TrainingSettings>;
  /** 'auto': the front that leads from the data to the first layer, if any does; absent: as `settings` says */
  readonly front?: FrontName | 'auto' | 'none' | undefined;
  /** a network of the paper by name, whose hyperparameters are the defaults; any other name means nothing */
  readonly network?: string | undefined;
  /** default 'auto' */
  readonly engine?: string;
  /** default 'auto' */
  readonly backend?: string;
}

/** The machine that a plan is for. */
export interface PlanHost {
  /** holds datasets/ */
  readonly cacheFolder: string;
  /** trainings at once, if memory allows */
  readonly workers: number;
  /** memory that the data and trainings may take; default: what this machine has free now */
  readonly memoryBytes?: number;
}

/**
 * A training that can be begun: engine, backend, front, data and network fit each other, the data are there, and memory suffices.
 * Only `trainingPlan` makes one; whatever is given a plan asks none of this again.
 */
export interface TrainingPlan {
  readonly architecture: Architecture;
  readonly source: DatasetSource;
  readonly settings: TrainingSettings;
  readonly engine: EngineChoice;
  readonly backend: string;
  /** trainings at once: the host's workers, or as many as its memory holds */
  readonly threads: number;
}

/** What was asked for, then what the paper has for the network, then our own defaults. @throws RangeError naming what was got and what is expected */
export function settingsFor(
  { settings, front, network }: Pick<TrainingPlanRequest, 'settings' | 'front' | 'network'>,
  data: { readonly features: number; readonly firstLayer: number } | null,
): TrainingSettings {
  const { front: own, ...given } = settings;
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const paper = paperNetwork(network)?.training ?? {};
  // A rate that was found for one optimizer says nothing of another.
  const rateFits = given.optimizer === undefined || given.optimizer === paper.optimizer;
  const known = rateFits ? paper : { ...paper, learningRate: undefined };
  const fitting = () => (data === null ? null : frontBetween(data.features, data.firstLayer)) ?? undefined;
  const named = front === undefined ? own : front === 'none' ? undefined : front === 'auto' ? fitting() : front;
  return trainingSettings({ ...known, ...said, ...(named === undefined ? {} : { front: named }) });
}

/** The data of that name, or what the world has against it. @throws RangeError for a name that means nothing */
function sourceOf(name: string): Outcome<DatasetSource> {
  try {
    return success(findDataset(name));
  } catch (error) {
    if (error instanceof ScattershotError) return error.failure;
    throw error;
  }
}

const inGibibytes = (bytes: number) => `${(bytes / 2 ** 30).toPrecision(3)} GiB`;

function tooLarge(needed: number, available: number): Failure {
  return failure(
    'network-too-large',
    `a training of this network takes about ${inGibibytes(needed)} of memory, and ${inGibibytes(available)} can be had`,
    'Use smaller layers or fewer connections, or a machine with more memory.',
  );
}

/**
 * The one place that asks whether a training can be: whether engine, backend, front and fast math go together, whether the data are
 * known and there, whether they fit the network, and whether memory holds a training of it. Nothing is generated or stored.
 * @returns Failures 'no-relaxed-simd', 'not-fetched', 'broken-data', 'data-too-large', 'network-too-large', and those of a user's own data files
 * @throws RangeError for what does not fit together, with what was got and what is expected
 */
export async function trainingPlan(request: TrainingPlanRequest, host: PlanHost): Promise<Outcome<TrainingPlan>> {
  const { architecture, backend = 'auto' } = request;
  const found = sourceOf(request.dataset);
  if (!found.ok) return found;
  const source = found.value;
  const settings = settingsFor(request, { features: source.features, firstLayer: architecture.layers[0] });
  const { front, fastMath, batchSize } = settings;
  const engine = await chooseEngine({ engine: request.engine ?? 'auto', backend, front, fastMath });
  if (!engine.ok) return engine;
  const misfit = dataFault(source, architecture, front);
  if (misfit !== null) throw new InvalidValueError(misfit);
  const lack = source.lacks(host.cacheFolder);
  if (lack !== null) return lack;
  const needed = await trainingBytes({
    architecture,
    features: source.features,
    front,
    batchSize,
    engine: engine.value,
  });
  const { memoryBytes: available = availableMemory() } = host;
  const tooMuch = memoryLack(source, available);
  if (tooMuch !== null) return tooMuch;
  const memoryBytes = available - source.memoryBytes;
  if (needed.each > Math.min(memoryBytes, needed.most)) {
    return tooLarge(needed.each, Math.min(memoryBytes, needed.most));
  }
  const threads = Math.max(1, Math.min(host.workers, Math.floor(memoryBytes / needed.each)));
  return success({ architecture, source, settings, engine: engine.value, backend, threads });
}
