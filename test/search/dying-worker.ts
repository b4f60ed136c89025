import type { StepResult, StepTask } from '../../src/search/tasks.ts';
import { stepIsland } from '../../src/search/worker.ts';

export { accepts, audit } from '../../src/search/worker.ts';

/** The search's own step, but for a thread that ends in the middle of the second round. */
export function step(task: StepTask): StepResult {
  if (task.round === 2) process.exit(3);
  return stepIsland(task);
}
