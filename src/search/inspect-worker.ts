import { captureOutput } from '../base/captured-output.ts';
import type { Outcome } from '../base/failure.ts';
import { importStrategy } from './strategy-file.ts';

// What the module prints as it is loaded is shown when the search loads it.
captureOutput(() => {});

/** The name of the strategy that a file holds; for a thread of its own, since the user's module is run. */
export async function strategyName(path: string): Promise<Outcome<string>> {
  const strategy = await importStrategy(path);
  return strategy.ok ? { ok: true, value: strategy.value.name } : strategy;
}
