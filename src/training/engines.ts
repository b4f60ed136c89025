import { InvalidValueError } from '../base/caller-errors.ts';
import { type Outcome, success } from '../base/failure.ts';
import { checkedBackend } from './backend-names.ts';
import type { CommandOptions } from './command/index.ts';
import type { BackendReport, TfjsOptions } from './tfjs/index.ts';
import type { BackendName, RunsOn, Trainer } from './trainer.ts';

export type { BackendReport } from './tfjs/index.ts';

export interface TrainerOptions extends TfjsOptions, Partial<Omit<CommandOptions, 'onWarning'>> {
  /** 'auto', 'sparse', 'tfjs', or 'command' for a program of one's own, which is what a `command` alone means too */
  readonly engine?: string;
  /** settings with fast math will be asked for, which only the sparse engine has */
  readonly fastMath?: boolean | undefined;
}

/** Kernels of the sparse engine. */
export interface KernelReport {
  /** 'wasm', 'avx2', 'avx512' or 'neon' */
  readonly name: string;
  readonly why: string;
}

/** Engines that can be asked for by name. */
export const engineNames = ['auto', 'sparse', 'tfjs', 'command'] as const;

export type EngineChoice = (typeof engineNames)[number];

/** @throws RangeError where something does not go with a trainer of the user's own */
function commandEngine({ engine = 'auto', backend = 'auto', fastMath = false, command }: TrainerOptions): 'command' {
  if (command === undefined) {
    throw new InvalidValueError(
      'the engine command needs the command of a trainer; got none',
      'Give it: --trainer "python3 train.py". A trainer to begin with: scattershot trainer init node',
    );
  }
  if (engine !== 'command' && engine !== 'auto') {
    throw new InvalidValueError(`a trainer of your own is the engine command; got the engine ${engine}`);
  }
  if (backend !== 'auto') throw new InvalidValueError(`a trainer of your own chooses its backend; got ${backend}`);
  if (fastMath) throw new InvalidValueError('fast math belongs to the sparse engine; got the engine command');
  return 'command';
}

/**
 * The engine that a request leaves: 'auto' where either could be, which a look at the machine decides.
 * @throws RangeError where its parts do not fit together
 */
function possibleEngine(options: TrainerOptions): EngineChoice {
  const { engine = 'auto', front, fastMath = false } = options;
  const backend = checkedBackend(options.backend ?? 'auto');
  if (!(engineNames as readonly string[]).includes(engine)) {
    throw new InvalidValueError(`the engine must be one of ${engineNames.join(', ')}; got ${engine}`);
  }
  if (engine === 'command' || options.command !== undefined) return commandEngine(options);
  const forTfjs = front !== undefined ? `the front ${front}` : backend !== 'auto' ? `the backend ${backend}` : null;
  if (engine === 'sparse' && front !== undefined) {
    throw new InvalidValueError(`the sparse engine has connected layers only; got the front ${front}`);
  }
  if (engine === 'sparse' && !['auto', 'wasm', 'webgpu'].includes(backend)) {
    throw new InvalidValueError(`the sparse engine runs on the backends wasm and webgpu; got ${backend}`);
  }
  if (fastMath && engine === 'sparse' && backend === 'webgpu') {
    throw new InvalidValueError('fast math is for the sparse engine on the backend wasm; got webgpu');
  }
  if (fastMath && (engine === 'tfjs' || (engine === 'auto' && forTfjs !== null))) {
    throw new InvalidValueError(`fast math belongs to the sparse engine; got ${forTfjs ?? 'the engine tfjs'}`);
  }
  if (engine !== 'auto') return engine as EngineChoice;
  if (forTfjs !== null) return 'tfjs';
  return fastMath ? 'sparse' : 'auto';
}

/**
 * The engine that `createTrainer` would make, as far as it can be told without starting one: to be asked before anything is generated
 * or stored. @returns Failure 'no-relaxed-simd' where fast math is asked for and this runtime lacks it. @throws RangeError as
 * `createTrainer` does
 */
export async function chooseEngine(options: TrainerOptions): Promise<Outcome<EngineChoice>> {
  const engine = possibleEngine(options);
  if (engine === 'command') {
    const { checkOwnTrainer } = await import('./command/index.ts');
    checkOwnTrainer(requireCommand(options));
  }
  if (!options.fastMath) return success(engine);
  const { fastMathFault } = await import('./sparse/fast-math.ts');
  return fastMathFault() ?? success(engine);
}

/** The backend that a convolutional front would be trained on. Failures of a backend that is asked for by name and is not there. */
export async function chooseFrontBackend(backend: string): Promise<Outcome<BackendName>> {
  const wanted = checkedBackend(backend);
  const { chooseBackend } = await import('./tfjs/backends.ts');
  const chosen = await chooseBackend(wanted, { front: true });
  return chosen.ok ? success(chosen.value.backend) : chosen;
}

/**
 * What `createTrainer` would train on, told without starting it: a backend that is asked for by name need not be here.
 * @returns Failures of looking for a backend under 'auto'. @throws RangeError as `createTrainer` does, and for a trainer of the user's
 *   own, which only itself can tell of
 */
export async function plannedEngine(options: TrainerOptions): Promise<Outcome<PlannedEngine>> {
  const engine = possibleEngine(options);
  if (engine === 'command') throw new InvalidValueError('what a trainer of your own measures is its own to tell');
  const sparse: PlannedEngine = { engine: 'sparse', backend: options.backend === 'webgpu' ? 'webgpu' : 'wasm' };
  if (engine === 'sparse') return success(sparse);
  const backend = checkedBackend(options.backend ?? 'auto');
  if (backend !== 'auto') return success({ engine: 'tfjs', backend });
  const { chooseBackend, usesGpu } = await import('./tfjs/backends.ts');
  const chosen = await chooseBackend('auto', { front: options.front !== undefined });
  if (engine === 'tfjs') return chosen.ok ? success({ engine, backend: chosen.value.backend }) : chosen;
  const isGpu = chosen.ok && usesGpu(chosen.value.backend);
  return success(isGpu ? { engine: 'tfjs', backend: chosen.value.backend } : sparse);
}

type PlannedEngine = Pick<RunsOn, 'engine' | 'backend'>;

function requireCommand({ command = '', ...options }: TrainerOptions): CommandOptions {
  return { ...options, command };
}

async function createSparse(options: TrainerOptions): Promise<Outcome<Trainer>> {
  if (options.backend === 'webgpu') {
    const { createSparseGpuTrainer } = await import('./sparse-gpu/index.ts');
    return createSparseGpuTrainer(options);
  }
  const { createSparseTrainer } = await import('./sparse/index.ts');
  return createSparseTrainer(options);
}

/**
 * A trainer of the engine and backend asked for. 'auto' is the TF.js engine where a backend or a front is asked for or a GPU is found,
 * else the sparse engine. Engines are loaded here and not before, so that commands which train nothing start fast.
 * @throws RangeError for a name that is none, and for what does not fit together
 */
export async function createTrainer(options: TrainerOptions = {}): Promise<Outcome<Trainer>> {
  const engine = possibleEngine(options);
  if (engine === 'sparse') return createSparse(options);
  if (engine === 'command') {
    const { createCommandTrainer } = await import('./command/index.ts');
    return createCommandTrainer(requireCommand(options));
  }
  const { createTfjsTrainer } = await import('./tfjs/index.ts');
  if (engine === 'tfjs') return createTfjsTrainer(options);
  const { chooseBackend, usesGpu } = await import('./tfjs/backends.ts');
  const chosen = await chooseBackend('auto');
  if (chosen.ok && usesGpu(chosen.value.backend)) return createTfjsTrainer(options, chosen.value);
  return createSparse(options);
}

/** Which kernels the sparse engine would run, and why; Failure where SCATTERSHOT_KERNELS asks for some that do not run here. */
export async function detectKernels(): Promise<Outcome<KernelReport>> {
  const { chosenKernels } = await import('./sparse/native-kernels.ts');
  const choice = chosenKernels();
  return choice.ok ? success({ name: choice.value.name, why: choice.value.why }) : choice;
}

/** What every backend says of itself on this machine; takes a second or two. */
export async function detectBackends(): Promise<readonly BackendReport[]> {
  const tfjs = await import('./tfjs/index.ts');
  return tfjs.detectBackends();
}
