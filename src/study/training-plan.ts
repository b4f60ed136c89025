import { InvalidValueError } from '../base/caller-errors.ts';
import { type Failure, failure, type Outcome, ScattershotError, success } from '../base/failure.ts';
import type { Architecture } from '../pattern/architecture.ts';
import type { OwnTrainer } from '../training/command/own-trainer.ts';
import { dataFault } from '../training/data-fault.ts';
import { type DatasetSource, findDataset, memoryLack } from '../training/datasets/index.ts';
import { chooseEngine, chooseFrontBackend, type EngineChoice } from '../training/engines.ts';
import { frontBetween, frontOutputs, fronts } from '../training/fronts.ts';
import { availableMemory, type TrainingBytes, trainingBytes } from '../training/memory.ts';
import { paperNetwork } from '../training/networks.ts';
import { trainingSettings } from '../training/settings.ts';
import type { FrontName, FrontNetwork, FrozenFront, TrainingSettings } from '../training/trainer.ts';

/** A front that is trained once a seed, beforehand, and shared by all candidates. */
export interface FreezeFront {
  /** the network that it is trained with: all connections, or the study's first candidate; default 'dense' */
  readonly trainedWith?: FrontNetwork | undefined;
  /** default: as many as candidates are trained for */
  readonly epochs?: number | undefined;
  /** one front for all seeds, trained with this one; default: each seed has a front of its own */
  readonly seed?: number | undefined;
}

/** What is to be trained on what, as it was asked for: nothing of it has been checked. */
export interface TrainingPlanRequest {
  readonly architecture: Architecture;
  /** a dataset's name with its options, as on the command line: "morse:examples=500/100/100" */
  readonly dataset: string;
  /** what is left out comes from the paper where `network` names one of its networks, else from `defaultTrainingSettings` */
  readonly settings: Partial<TrainingSettings>;
  /** 'auto': the front that leads from the data to the first layer, if any does; absent: as `settings` says, and 'auto' where it is to be frozen */
  readonly front?: FrontName | 'auto' | 'none' | undefined;
  /** absent: as `settings` says, where every candidate trains the front unless they have a `frozenFront` */
  readonly freezeFront?: FreezeFront | undefined;
  /** a network of the paper by name, whose hyperparameters are the defaults; any other name means nothing */
  readonly network?: string | undefined;
  /** default 'auto' */
  readonly engine?: string;
  /** default 'auto'; of a front that is frozen, whose connected layers are trained on it too where `engine` is 'tfjs' */
  readonly backend?: string;
  /** what trains, where it is a program of the user's own (engine 'command') */
  readonly trainer?: OwnTrainer | undefined;
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
  /** of the engine 'command' */
  readonly trainer?: OwnTrainer;
  /** trainings at once: the host's workers, or as many as its memory holds */
  readonly threads: number;
}

/** What was asked for, then what the paper has for the network, then our own defaults. @throws RangeError naming what was got and what is expected */
export function settingsFor(
  {
    settings,
    front,
    network,
    freezeFront,
  }: Pick<TrainingPlanRequest, 'settings' | 'front' | 'network' | 'freezeFront'>,
  data: { readonly features: number; readonly firstLayer: number } | null,
): TrainingSettings {
  const { front: own, frozenFront, ...given } = settings;
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const paper = paperNetwork(network)?.training ?? {};
  // A rate that was found for one optimizer says nothing of another.
  const rateFits = given.optimizer === undefined || given.optimizer === paper.optimizer;
  const known = rateFits ? paper : { ...paper, learningRate: undefined };
  const fitting = () => (data === null ? null : frontBetween(data.features, data.firstLayer)) ?? undefined;
  const unsaid = own === undefined && freezeFront !== undefined ? fitting() : own;
  const named = front === undefined ? unsaid : front === 'none' ? undefined : front === 'auto' ? fitting() : front;
  const joint = trainingSettings({ ...known, ...said, ...(named === undefined ? {} : { front: named }) });
  const frozen = freezeFront === undefined ? frozenFront : frozenBy(freezeFront, joint);
  return frozen === undefined ? joint : trainingSettings({ ...joint, frozenFront: frozen });
}

const frozenBy = ({ trainedWith = 'dense', epochs, seed }: FreezeFront, joint: TrainingSettings): FrozenFront => ({
  ...{ trainedWith, epochs: epochs ?? joint.epochs },
  ...(seed === undefined ? {} : { seed }),
});

/** What a plan runs on. */
type PlanEngine = Pick<TrainingPlan, 'settings' | 'engine' | 'backend'>;

/** Failures of engines and backends; RangeErrors of what does not fit together. */
async function planEngine(request: TrainingPlanRequest, settings: TrainingSettings): Promise<Outcome<PlanEngine>> {
  const { engine = 'auto', backend = 'auto', trainer } = request;
  const { front, frozenFront, fastMath } = settings;
  if (frozenFront === undefined) {
    const chosen = await chooseEngine({ engine, backend, front, fastMath, ...trainer });
    return chosen.ok ? success({ settings, engine: chosen.value, backend }) : chosen;
  }
  if (trainer !== undefined || (engine !== 'auto' && engine !== 'sparse' && engine !== 'tfjs')) {
    throw new InvalidValueError(
      `a shared front is for connected layers of the engine sparse or tfjs; got ${trainer === undefined ? engine : 'a trainer of your own'}`,
    );
  }
  const known = backend === 'auto' ? frozenFront.backend : undefined;
  const own = known === undefined ? await chooseFrontBackend(backend) : success(known);
  if (!own.ok) return own;
  // The sparse engine has a backend of its own for GPUs, which is then meant for both.
  const both = engine === 'tfjs' || (engine === 'sparse' && own.value === 'webgpu');
  const connected = both ? { engine, backend: own.value } : { engine: 'sparse', backend: 'auto' };
  const chosen = await chooseEngine({ ...connected, fastMath });
  if (!chosen.ok) return chosen;
  const planned = { ...settings, frozenFront: { ...frozenFront, backend: own.value } };
  return success({ settings: planned, engine: chosen.value, backend: connected.backend });
}

/** Bytes that the features of a frozen front take at most: examples are counted by what the data take. */
function featureBytes({ memoryBytes, features }: DatasetSource, { front, frozenFront }: TrainingSettings): number {
  if (front === undefined || frozenFront === undefined) return 0;
  return Math.ceil(memoryBytes / (4 * features + 1)) * (4 * frontOutputs(fronts[front]) + 1);
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
  const { architecture } = request;
  const found = sourceOf(request.dataset);
  if (!found.ok) return found;
  const source = found.value;
  const wanted = settingsFor(request, { features: source.features, firstLayer: architecture.layers[0] });
  const { front } = wanted;
  const chosen = await planEngine(request, wanted);
  if (!chosen.ok) return chosen;
  const { settings, engine, backend } = chosen.value;
  const misfit = dataFault(source, architecture, front);
  if (misfit !== null) throw new InvalidValueError(misfit);
  const lack = source.lacks(host.cacheFolder);
  if (lack !== null) return lack;
  const needed = await neededBytes(architecture, source, settings, { engine, backend });
  const { memoryBytes: available = availableMemory() } = host;
  const dataBytes = source.memoryBytes + featureBytes(source, settings);
  const tooMuch = memoryLack({ name: source.name, memoryBytes: dataBytes }, available);
  if (tooMuch !== null) return tooMuch;
  const memoryBytes = available - dataBytes;
  if (needed.each > Math.min(memoryBytes, needed.most)) {
    return tooLarge(needed.each, Math.min(memoryBytes, needed.most));
  }
  const threads = Math.max(1, Math.min(host.workers, Math.floor(memoryBytes / needed.each)));
  const { trainer } = request;
  return success({ architecture, source, settings, engine, backend, threads, ...(trainer && { trainer }) });
}

/** Of one training: of a network with its front, unless that is frozen and has been trained. */
function neededBytes(
  architecture: Architecture,
  { features }: DatasetSource,
  { front, frozenFront, batchSize }: TrainingSettings,
  on: Pick<TrainingPlan, 'engine' | 'backend'>,
): Promise<TrainingBytes> {
  if (front === undefined || frozenFront === undefined) {
    return trainingBytes({ architecture, features, front, batchSize, ...on });
  }
  return trainingBytes({ architecture, features: frontOutputs(fronts[front]), batchSize, ...on });
}
