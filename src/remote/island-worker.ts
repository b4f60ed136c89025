import { errorText } from '../base/user-module.ts';
import type { Pattern } from '../pattern/pattern.ts';
import type { Elite } from '../search/strategy.ts';
import type { StepFailure, StepResult, StepTask } from '../search/tasks.ts';
import { moved } from '../search/transfer.ts';
import { problems, scored, setup, stepIsland } from '../search/worker.ts';
import { checkFinds, packFinds, unpackElite } from './step-check.ts';
import { fromWire } from './wire-reader.ts';
import { toWire } from './wire-writer.ts';

/*
 * The search's worker thread with what a search on several machines does in it: packing, unpacking and checking take long on large
 * nets, and whoever speaks with the queue must not be held up.
 */

export { accepts, audit, ready, step } from '../search/worker.ts';
export { packElite } from './step-check.ts';

/** A step whose state and elites are as they came. */
export interface PackedStep extends Pick<StepTask, 'island' | 'round' | 'toBeat'> {
  /** null to start */
  readonly state: Uint8Array | null;
  readonly elites: readonly { readonly digest: string; readonly bytes: Uint8Array }[];
}

export interface PackedResult {
  readonly state: Uint8Array;
  readonly finds: Uint8Array;
}

/** Elites change seldom. */
const MOST_KNOWN_ELITES = 16;
const knownElites = new Map<string, Elite>();

function eliteOf({ digest, bytes }: PackedStep['elites'][number]): Elite {
  const elite = knownElites.get(digest) ?? unpackElite(bytes, setup.problem.architecture);
  // The newest stands last.
  knownElites.delete(digest);
  knownElites.set(digest, elite);
  for (const oldest of knownElites.keys()) {
    if (knownElites.size <= MOST_KNOWN_ELITES) break;
    knownElites.delete(oldest);
  }
  return elite;
}

/** One step for a study on another machine. Which candidates are known there is not known here: it leaves them out itself. */
export async function stepPacked({
  island,
  round,
  toBeat,
  ...packed
}: PackedStep): Promise<PackedResult | StepFailure> {
  const failed = (error: unknown): StepFailure => ({ failed: errorText(error), ends: 'island' });
  let task: StepTask;
  try {
    const state = packed.state === null ? null : fromWire(packed.state);
    task = { island, round, toBeat, state, elites: packed.elites.map(eliteOf), known: [] };
  } catch (error) {
    return failed(error);
  }
  const outcome = await stepIsland(task);
  if ('failed' in outcome) return outcome;
  try {
    return moved({ state: toWire(outcome.state, 'state'), finds: packFinds(outcome) });
  } catch (error) {
    return failed(error);
  }
}

/** A step that another machine did. */
export interface StepToCheck extends Pick<StepTask, 'island' | 'round' | 'toBeat' | 'known'>, PackedResult {}

/** What a step of another machine came to, or why it is not to be believed. */
export function checkStep(step: StepToCheck): StepResult | { readonly unsound: string } {
  const { island, round, toBeat, known } = step;
  try {
    const finds = checkFinds(step.finds, {
      ...{ island, round, toBeat, known, problem: problems[island], target: setup.problem.target },
      ...{
        order: setup.order,
        score: (pattern: Pattern, id: string, kind?: string) => scored(pattern, id, kind, step),
      },
    });
    return moved({ ...finds, state: fromWire(step.state) });
  } catch (error) {
    return { unsound: errorText(error) };
  }
}
