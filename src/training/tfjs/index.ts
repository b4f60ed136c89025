import { availableParallelism } from 'node:os';
import { type Outcome, success } from '../../base/failure.ts';
import { checkedBackend } from '../backend-names.ts';
import { checkedThreads, describeDevice, noGpuWarning } from '../pool/device.ts';
import type { StartedBackend, TaskRunner } from '../pool/messages.ts';
import { PoolTrainer, type PopulationDevice } from '../pool/pool-trainer.ts';
import { checkedPopulation } from '../pool/population-size.ts';
import { TrainingPool } from '../pool/training-pool.ts';
import { TrainingProcess } from '../pool/training-process.ts';
import type { BackendName, FrontName, RunsOn, Trainer } from '../trainer.ts';
import { type BackendChoice, chooseBackend, usesGpu } from './backends.ts';
import { freeGpuMemory, usableMemory } from './device-memory.ts';
import { ANOTHER_BACKEND } from './optional-package.ts';

export { type BackendReport, detectBackends } from './backends.ts';

export interface TfjsOptions {
  /** 'auto', or a backend by name */
  readonly backend?: string;
  /** trainings at once on a CPU backend; a GPU has one thread */
  readonly threads?: number;
  /** candidates at once in one graph on a GPU; absent: as many as its memory holds, see `populationSize` */
  readonly population?: number | undefined;
  /** the networks will have convolutional layers in front of their junctions, which the sparse engine has not */
  readonly front?: FrontName | undefined;
  /** hears every warning once, as it arises; `Trainer.warnings` holds them too */
  readonly onWarning?: (warning: string) => void;
}

/** What the threads of this engine run. */
const tfjsWorker = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

interface StartedPool {
  readonly pool: TaskRunner;
  readonly backend: BackendName;
  readonly threads: number;
  readonly started: StartedBackend;
}

interface StartedChoice extends StartedPool {
  readonly passedOver: readonly string[];
}

async function startPool(backend: BackendName, wanted: number, auto: boolean): Promise<Outcome<StartedPool>> {
  const threads = usesGpu(backend) ? 1 : wanted;
  // libtensorflow writes on stderr before it can be told not to, and aborts where a processor lacks instructions.
  const Runner = backend === 'tensorflow' ? TrainingProcess : TrainingPool;
  const pool = new Runner({
    backend,
    softwareAllowed: !auto,
    threads,
    workerUrl: tfjsWorker,
    otherwise: ANOTHER_BACKEND,
  });
  const outcome = await pool.start();
  if (outcome.ok) return success({ pool, backend, threads, started: outcome.value });
  await pool.close();
  return outcome;
}

/** Starts what was chosen; under 'auto' the next one, should it not start after all. */
async function startChosen(choice: BackendChoice, threads: number, auto: boolean): Promise<Outcome<StartedChoice>> {
  const { backend, passedOver } = choice;
  const outcome = await startPool(backend, threads, auto);
  if (outcome.ok) return success({ ...outcome.value, passedOver });
  if (!auto || backend === 'cpu') return outcome;
  const next: BackendName = backend === 'wasm' ? 'cpu' : 'wasm';
  return startChosen({ backend: next, passedOver: [...passedOver, `${backend}: ${outcome.message}`] }, threads, auto);
}

/** Null where trainings run one on a thread. @param free bytes of the GPU's memory, asked for before the backend took its share */
function populationDevice(started: StartedBackend, free: number | null, size?: number): PopulationDevice | null {
  const { maxTensorBytes } = started;
  if (maxTensorBytes === undefined) return null;
  return { limits: { maxTensorBytes, memoryBytes: usableMemory(started, free) }, size };
}

/** That a machine has no GPU is no news in every run: `doctor` tells it. What was asked for, and is not what it is meant to be, is. */
function cpuWarnings(backend: BackendName, wanted: string, device: string, passedOver: readonly string[]): string[] {
  if (backend === 'cpu') return ['The cpu backend is some ten times slower than wasm.'];
  return usesGpu(backend) && wanted !== 'auto' ? [noGpuWarning(device, passedOver)] : [];
}

/**
 * The TF.js engine on the backend asked for, or under 'auto' on the first of: a GPU by tensorflow, a GPU by webgpu, wasm, cpu. A
 * backend asked for by name is that one or a Failure, never another. TF.js itself is loaded in worker threads only.
 * @param found what was chosen already, should that be known: a GPU is not tried twice
 * @throws RangeError for an unknown backend or a number of threads or of candidates at once that makes no sense
 */
export async function createTfjsTrainer(options: TfjsOptions = {}, found?: BackendChoice): Promise<Outcome<Trainer>> {
  const wanted = checkedBackend(options.backend ?? 'auto');
  const threads = checkedThreads(options.threads ?? availableParallelism());
  const size = checkedPopulation(options.population);
  // Read by libtensorflow from the process's environment, which worker threads cannot set.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  const chosen =
    found === undefined ? await chooseBackend(wanted, { front: options.front !== undefined }) : success(found);
  if (!chosen.ok) return chosen;
  const free = usesGpu(chosen.value.backend) ? await freeGpuMemory() : null;
  const outcome = await startChosen(chosen.value, threads, wanted === 'auto');
  if (!outcome.ok) return outcome;
  const { pool, backend, started, passedOver } = outcome.value;
  const device = describeDevice(
    backend,
    started,
    backend === 'tensorflow' ? availableParallelism() : outcome.value.threads,
  );
  const runsOn: RunsOn = { engine: 'tfjs', backend, device };
  const warnings = started.gpu ? [] : cpuWarnings(backend, wanted, device, passedOver);
  for (const warning of warnings) options.onWarning?.(warning);
  const population = populationDevice(started, free, size);
  return success(new PoolTrainer(pool, outcome.value.threads, runsOn, warnings, population));
}
