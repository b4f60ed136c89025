import { type ErrorPlace, placeText } from '../base/error-place.ts';
import type { Failure, Outcome } from '../base/failure.ts';
import {
  badModule,
  importModule,
  kindOf,
  moduleFault,
  nameFault,
  readModule,
  type UserModule,
} from '../base/user-module.ts';
import type { Strategy } from './strategy.ts';

const methods = ['accepts', 'start', 'step'] as const;

/**
 * "strategy mine of /home/me/mine.mjs:12": behind what went wrong, since a path may be all that a line has room for.
 * @param place where it went wrong
 */
export const strategyText = (name: string, file?: UserModule, place: ErrorPlace | null = null): string =>
  `strategy ${name}${file === undefined ? '' : ` of ${placeText(file.path, place)}`}`;

/** "in round 3": what an island was doing. @param round 0 before the first */
export const whenText = (round: number): string =>
  round === 0 ? 'when it was asked whether it can do the problem' : `in round ${round}`;

/** What keeps a value from being a strategy, or null. */
function strategyShapeFault(value: unknown): string | null {
  const fault = nameFault('strategy', value, ['summary', 'source']);
  if (fault !== null) return fault;
  for (const method of methods) {
    const found = (value as Record<string, unknown>)[method];
    if (typeof found !== 'function') return `its strategy's ${method} must be a function; got ${kindOf(found)}`;
  }
  return null;
}

/** The file as it is now: reads it, runs nothing of it. @param path absolute. Failure 'no-strategy-file' */
export const readStrategyFile = (path: string): Promise<Outcome<UserModule>> => readModule('strategy', path);

/** Null for a file that is what it was when the study began. Failures 'no-strategy-file', 'strategy-file-changed' */
export const strategyFileFault = (file: UserModule): Promise<Failure | null> => moduleFault('strategy', file);

/**
 * Runs the module and finds its strategy: the default export, or the one named `strategy`. For worker threads alone, which end
 * when it does not. Failure 'bad-strategy-file'
 */
export async function importStrategy(path: string): Promise<Outcome<Strategy>> {
  const found = await importModule('strategy', path);
  if (!found.ok) return found;
  const fault = strategyShapeFault(found.value);
  if (fault !== null) return badModule('strategy', path, `does not hold a strategy: ${fault}`);
  return { ok: true, value: found.value as Strategy };
}
