import { type Failure, failure, type Outcome, success } from '../base/failure.ts';
import { version } from '../base/version.ts';
import type { Executor, ExecutorSession, OpenTools } from '../queue/executor.ts';
import type { StudyNotice } from '../queue/wire.ts';
import type { OwnTrainer } from '../training/command/own-trainer.ts';
import type { Dataset } from '../training/datasets/dataset.ts';
import { revisionOf } from '../training/engine-revisions.ts';
import { createTrainer } from '../training/engines.ts';
import { availableMemory, trainingBytes } from '../training/memory.ts';
import type { RunsOn, Trainer } from '../training/trainer.ts';
import { pulledData } from './pulled-data.ts';
import { Shelf } from './shelf.ts';
import { TrainingSession } from './training-session.ts';
import { type TrainingNeeds, trainingNeedsSchema } from './training-wire.ts';

export interface TrainingExecutorOptions {
  /** holds datasets/ */
  readonly cacheFolder: string;
  /** trainings at once on a processor */
  readonly threads: number;
  /** sentences that whoever started the worker should hear */
  readonly onNote: (sentence: string) => void;
  /** the trainer of the user's own that this worker trains by where a study does: it must be the same, files included */
  readonly trainer?: OwnTrainer | undefined;
}

/** Trains on this machine what studies elsewhere want trained. `close` ends what was kept for the next study. */
export interface TrainingExecutor extends Executor {
  close(): Promise<void>;
}

const refuse = (reason: string, message: string, nextStep: string): Failure => failure(reason, message, nextStep);
const UPDATE = 'Use the same version of Scattershot on both.';

/**
 * What does the trainings of studies on a worker. Nothing that a study says is run: a trainer of the user's own is the worker's, or the
 * study is refused.
 */
export function trainingExecutor(options: TrainingExecutorOptions): TrainingExecutor {
  const trainers = new Shelf<Trainer>((trainer) => trainer.close());
  const datasets = new Shelf<Dataset>(async () => {});
  return {
    open: (study, tools) => openSession(study, tools, options, { trainers, datasets }),
    close: async () => {
      await trainers.clear();
      await datasets.clear();
    },
  };
}

interface Shelves {
  readonly trainers: Shelf<Trainer>;
  readonly datasets: Shelf<Dataset>;
}

async function openSession(
  study: StudyNotice,
  tools: OpenTools,
  options: TrainingExecutorOptions,
  { trainers, datasets }: Shelves,
): Promise<Outcome<ExecutorSession>> {
  const needs = readNeeds(study);
  if (!needs.ok) return needs;
  const { data } = needs.value;
  const memory = await memoryFault(needs.value);
  if (memory !== null) return memory;
  const trainer = await trainers.lend(trainerKey(needs.value), () => startTrainer(needs.value, options));
  if (!trainer.ok) return trainer;
  const dataset = await datasets.lend(`${data.digest} ${data.content}`, () => pulledData(data, tools, options));
  if (!dataset.ok) {
    await trainer.value.giveBack();
    return dataset;
  }
  const { architecture } = needs.value;
  const atOnce = Math.max(1, trainer.value.item.capacity(architecture));
  return success(
    new TrainingSession({
      ...{ needs: needs.value, trainer: trainer.value.item, dataset: dataset.value.item, atOnce },
      together: atOnce > 1 && trainsTogether(needs.value),
      close: async () => {
        await trainer.value.giveBack();
        await dataset.value.giveBack();
      },
    }),
  );
}

/** Whether many jobs cost a trainer little more than one: populations on a device, and programs that take several at once. */
const trainsTogether = ({ identity: { engine, backend }, front }: TrainingNeeds): boolean =>
  engine === 'command' || (front === null && (backend === 'webgpu' || backend === 'tensorflow'));

const trainerKey = ({ identity: { engine, backend }, fastMath, front }: TrainingNeeds): string =>
  JSON.stringify([engine, backend, fastMath, front]);

/** What a study needs, where this version of Scattershot gives the same results. */
function readNeeds(study: StudyNotice): Outcome<TrainingNeeds> {
  if (study.version !== version) {
    const message = `it runs Scattershot ${study.version}; this worker has ${version}`;
    return refuse('other-version', message, UPDATE);
  }
  const read = trainingNeedsSchema.safeParse(study.needs);
  if (!read.success) return refuse('unreadable-needs', 'what it needs cannot be read', UPDATE);
  const { identity } = read.data;
  const own = ownRevision(identity);
  if (own === identity.revision) return success(read.data);
  const message = `it trains with ${describe(identity)} revision ${identity.revision}; this worker has revision ${own}`;
  return refuse('other-revision', message, UPDATE);
}

const ownRevision = ({ engine, backend }: TrainingNeeds['identity']): number => revisionOf({ engine, backend });

const describe = ({ engine, backend }: Pick<RunsOn, 'engine' | 'backend'>): string =>
  engine === 'command' ? 'a trainer of its own' : `${engine} on ${backend}`;

async function memoryFault({ architecture, batchSize, front, data, identity }: TrainingNeeds): Promise<Failure | null> {
  const { engine, backend } = identity;
  const size = { architecture, features: data.features, batchSize, front: front ?? undefined, engine, backend };
  const { each, most } = await trainingBytes(size);
  const available = Math.min(availableMemory(), most);
  if (each <= available) return null;
  const message = `a training of its network takes ${each} bytes of memory; this worker has ${available}`;
  return refuse('network-too-large', message, 'Use machines with more memory.');
}

/** Starts what the study trains with, and sees that it is that. */
async function startTrainer(needs: TrainingNeeds, options: TrainingExecutorOptions): Promise<Outcome<Trainer>> {
  const { identity, fastMath, front, architecture, data, batchSize } = needs;
  const { threads, trainer: own, onNote } = options;
  if (identity.engine === 'command' && own === undefined) {
    const message = `it trains by a trainer of its own (digest ${short(identity.trainerDigest)}); this worker was started without one`;
    return refuse('other-trainer', message, 'Start the worker with the same trainer.');
  }
  const size = { architecture, features: data.features, batchSize, front: front ?? undefined, ...identity };
  const { each } = await trainingBytes(size);
  const most = Math.max(1, Math.floor(availableMemory() / each));
  const started = await createTrainer(
    identity.engine === 'command'
      ? { ...own, onTrainerOutput: (line) => onNote(`trainer: ${line}`) }
      : {
          ...{ engine: identity.engine, backend: identity.backend, fastMath, front: front ?? undefined },
          threads: Math.min(threads, most),
        },
  );
  if (!started.ok) {
    const message = `it trains with ${describe(identity)}; this worker cannot: ${started.message}`;
    return refuse(started.reason, message, started.nextStep);
  }
  const fault = identityFault(identity, started.value.runsOn);
  if (fault === null) return started;
  await started.value.close();
  return fault;
}

const short = (digest: string | null | undefined) => digest?.slice(0, 12) ?? 'none';

function identityFault(identity: TrainingNeeds['identity'], has: RunsOn): Failure | null {
  if (identity.engine !== has.engine || identity.backend !== has.backend) {
    return refuse('other-engine', `it trains with ${describe(identity)}; this worker with ${describe(has)}`, UPDATE);
  }
  if (identity.trainerDigest === (has.trainerDigest ?? null)) return null;
  const message = `it trains by a trainer of digest ${short(identity.trainerDigest)}; this worker has one of digest ${short(has.trainerDigest)}`;
  return refuse('other-trainer', message, 'Have the same command and files on both.');
}
