import { appendFileSync, readFileSync } from 'node:fs';
import type { StepOutcome, StepTask } from '../../src/search/tasks.ts';
import { stepIsland } from '../../src/search/worker.ts';

export { accepts, audit, ready } from '../../src/search/worker.ts';

/** "ISLAND ROUND TIMES DEATH": the thread ends this often in this step, by an exit or by a lack of memory. */
const [island, round, times, death] = (process.env.SCATTERSHOT_TEST_DEATH ?? '').split(' ');
/** A file that gets a letter for every death: threads remember nothing of those before. */
const deaths = process.env.SCATTERSHOT_TEST_DEATHS ?? '';

/** As Node ends a thread that ran out of memory, without filling the machine's. */
function runOutOfMemory(): Promise<never> {
  setImmediate(() => {
    throw Object.assign(new Error('reaching memory limit'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });
  });
  return new Promise(() => {});
}

/** The search's own step, except that the thread dies in the middle of it. */
export async function step(task: StepTask): Promise<StepOutcome> {
  const chosen = task.island === Number(island) && task.round === Number(round);
  if (chosen && readFileSync(deaths).length < Number(times)) {
    appendFileSync(deaths, 'x');
    if (death === 'memory') await runOutOfMemory();
    process.exit(3);
  }
  return stepIsland(task);
}
