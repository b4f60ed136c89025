import { InvalidValueError } from '../base/caller-errors.ts';
import { failure, ScattershotError } from '../base/failure.ts';
import { rankingOrder } from '../proxies/ranking.ts';
import type { SearchRequest } from './events.ts';
import type { StepFailure } from './tasks.ts';

function requireWhole(value: number, least: number, what: string): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new InvalidValueError(`${what} must be a whole number from ${least}; got ${value}`);
}

/** @throws RangeError for a request that cannot be */
export function checkRequest({ islands, workers, keep, seed, budget, order, patience = 1 }: SearchRequest): void {
  requireWhole(islands.length, 1, 'the number of islands');
  requireWhole(workers, 1, 'the number of workers');
  requireWhole(keep, 1, 'the number of candidates kept');
  requireWhole(seed, 0, 'the seed');
  requireWhole(patience, 1, 'the patience');
  rankingOrder(order);
  if (budget.kind === 'candidates') requireWhole(budget.candidates, 1, 'the budget of candidates');
  else if (!(budget.seconds > 0))
    throw new InvalidValueError(`the budget must be above 0 seconds; got ${budget.seconds}`);
}

/** "the first; and 2 more islands": all of them would fill the screen. */
function firstOf(reasons: readonly string[], what: string): string {
  const more = reasons.length - 1;
  return more === 0 ? reasons[0] : `${reasons[0]}; and ${more} more ${more === 1 ? what.slice(0, -1) : what}`;
}

/** The end of a search in which every island that could do the problem ended by an error. @param reasons by island, at least one */
export function allFailed(reasons: readonly string[]): ScattershotError {
  const message = `no island is left to search: ${firstOf(reasons, 'islands')}`;
  return new ScattershotError(
    failure('strategies-failed', message, 'What was found is kept. Mend the strategy and start a new study.'),
  );
}

/** The end of a search that no strategy would begin. @param reasons by island, at least one, each with its strategy's name */
export function allRefused(reasons: readonly string[]): ScattershotError {
  const message = `no strategy can do this problem: ${firstOf([...new Set(reasons)], 'reasons')}`;
  return new ScattershotError(
    failure('strategies-refused', message, 'Name another strategy, or change what is asked for.'),
  );
}

/** @throws RangeError or ScattershotError for a failure that is not the island's own */
export function requireOwn({ failed, ends }: StepFailure): void {
  if (ends === 'request') throw new InvalidValueError(failed);
  if (ends === 'island') return;
  const nextStep = 'Put the file back as it was and resume the study, or start a new one.';
  throw new ScattershotError(failure('strategy-file-changed', failed, nextStep));
}
