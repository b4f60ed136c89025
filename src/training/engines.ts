import type { Outcome } from '../pattern/failure.ts';
import type { BackendReport, TfjsOptions } from './tfjs/index.ts';
import type { Trainer } from './trainer.ts';

export type { BackendReport } from './tfjs/index.ts';

export interface TrainerOptions extends TfjsOptions {
  /** 'auto' or 'tfjs' */
  readonly engine?: string;
}

/** Engines that can be asked for by name. */
export const engineNames: readonly string[] = ['auto', 'tfjs'];

/**
 * A trainer of the engine and backend asked for. Engines are loaded here and not before, so that commands which train nothing start
 * fast.
 * @throws RangeError for a name that is none
 */
export async function createTrainer(options: TrainerOptions = {}): Promise<Outcome<Trainer>> {
  const engine = options.engine ?? 'auto';
  if (!engineNames.includes(engine)) {
    throw new RangeError(`the engine must be ${engineNames.join(' or ')}; got ${engine}`);
  }
  const { createTfjsTrainer } = await import('./tfjs/index.ts');
  return createTfjsTrainer(options);
}

/** What every backend says of itself on this machine; takes a second or two. */
export async function detectBackends(): Promise<readonly BackendReport[]> {
  const tfjs = await import('./tfjs/index.ts');
  return tfjs.detectBackends();
}
