import { InvalidValueError } from '../base/caller-errors.ts';
import { type Outcome, success } from '../base/failure.ts';
import { checkedBackend } from './backend-names.ts';
import type { BackendReport, TfjsOptions } from './tfjs/index.ts';
import type { FrontName, Trainer } from './trainer.ts';

export type { BackendReport } from './tfjs/index.ts';

export interface TrainerOptions extends TfjsOptions {
  /** 'auto', 'sparse' or 'tfjs' */
  readonly engine?: string;
  /** what the networks will have in front of their junctions, which the sparse engine has not */
  readonly front?: FrontName | undefined;
  /** settings with fast math will be asked for, which only the sparse engine has */
  readonly fastMath?: boolean | undefined;
}

/** Engines that can be asked for by name. */
export const engineNames = ['auto', 'sparse', 'tfjs'] as const;

export type EngineChoice = (typeof engineNames)[number];

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
  const forTfjs = front !== undefined ? `the front ${front}` : backend !== 'auto' ? `the backend ${backend}` : null;
  if (engine === 'sparse' && front !== undefined) {
    throw new InvalidValueError(`the sparse engine has connected layers only; got the front ${front}`);
  }
  if (engine === 'sparse' && backend !== 'auto' && backend !== 'wasm') {
    throw new InvalidValueError(`the sparse engine runs on the backend wasm; got ${backend}`);
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
  if (!options.fastMath) return success(engine);
  const { fastMathFault } = await import('./sparse/fast-math.ts');
  return fastMathFault() ?? success(engine);
}

async function createSparse(options: TrainerOptions, passedOver: readonly string[]): Promise<Outcome<Trainer>> {
  const { createSparseTrainer } = await import('./sparse/index.ts');
  return createSparseTrainer({ ...options, passedOver });
}

/**
 * A trainer of the engine and backend asked for. 'auto' is the TF.js engine where a backend or a front is asked for or a GPU is found,
 * else the sparse engine. Engines are loaded here and not before, so that commands which train nothing start fast.
 * @throws RangeError for a name that is none, and for what does not fit together
 */
export async function createTrainer(options: TrainerOptions = {}): Promise<Outcome<Trainer>> {
  const engine = possibleEngine(options);
  if (engine === 'sparse') return createSparse(options, []);
  const { createTfjsTrainer } = await import('./tfjs/index.ts');
  if (engine === 'tfjs') return createTfjsTrainer(options);
  const { chooseBackend, usesGpu } = await import('./tfjs/backends.ts');
  const chosen = await chooseBackend('auto');
  if (chosen.ok && usesGpu(chosen.value.backend)) return createTfjsTrainer(options, chosen.value);
  return createSparse(options, chosen.ok ? chosen.value.passedOver : [chosen.message]);
}

/** What every backend says of itself on this machine; takes a second or two. */
export async function detectBackends(): Promise<readonly BackendReport[]> {
  const tfjs = await import('./tfjs/index.ts');
  return tfjs.detectBackends();
}
