import { appendFileSync } from 'node:fs';

/** The search's own worker, as it is built, which notes how long each step takes in the file that SCATTERSHOT_STEP_TIMES names. */
const worker = await import('../../dist/src/search/worker.js');

export const { ready, accepts, audit } = worker;

export async function step(task) {
  const begun = performance.now();
  const result = await worker.step(task);
  appendFileSync(process.env.SCATTERSHOT_STEP_TIMES, `${task.round} ${task.island} ${performance.now() - begun}\n`);
  return result;
}
