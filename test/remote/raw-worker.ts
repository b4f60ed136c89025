import { MemoryTransport } from '../../src/queue/memory-transport.ts';
import type { Consumer, TakenJob } from '../../src/queue/transport.ts';
import { currentStudies, queueOf, STUDIES, studyMailbox } from '../../src/queue/wire.ts';
import type { Lab } from './lab.ts';

/** What a worker says of a job instead of doing it; `body` and `failure` as in its 'done'. */
export type Answer = (job: TakenJob, times: number) => { readonly body?: unknown; readonly failure?: unknown };

/** Takes the jobs of a lab's study by hand, and answers what no real worker would. */
export async function answerJobs(lab: Lab, answer: Answer, progress: readonly unknown[] = []): Promise<Consumer> {
  const transport = new MemoryTransport(lab.server);
  const token = async () => currentStudies(await transport.notices(STUDIES), Date.now()).at(-1)?.token;
  let study = await token();
  while (study === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    study = await token();
  }
  const mailbox = studyMailbox(study);
  let times = 0;
  return transport.take(queueOf(study), 1, async (job) => {
    times += 1;
    const runner = { worker: 'raw', host: 'raw\u001b[31m', device: 'dev\u001b]0;x\u0007ice' };
    const run = `run${times}`;
    const say = (message: object) => transport.send(mailbox, [JSON.stringify({ job: job.id, run, ...message })]);
    await say({ kind: 'begun', ...runner });
    for (const [index, body] of progress.entries()) await say({ kind: 'progress', number: index + 1, body });
    await say({ kind: 'done', ...runner, failure: null, ...answer(job, times) });
    return 'done';
  });
}
