import { MemoryTransport } from '../../src/queue/memory-transport.ts';
import type { Consumer, TakenJob } from '../../src/queue/transport.ts';
import { currentStudies, queueOf, STUDIES, studyMailbox } from '../../src/queue/wire.ts';
import type { Lab } from './lab.ts';

interface Said {
  readonly body?: unknown;
  readonly failure?: unknown;
}

/** What a worker says of a job instead of doing it; `body` and `failure` as in its 'done'. */
export type Answer = (job: TakenJob, times: number) => Said | Promise<Said>;

interface RawOptions {
  readonly progress?: readonly unknown[];
  readonly atOnce?: number;
}

/** Takes the jobs of a lab's study by hand, and answers what no real worker would. */
export async function answerJobs(
  lab: Lab,
  answer: Answer,
  { progress = [], atOnce = 1 }: RawOptions = {},
): Promise<Consumer> {
  const transport = new MemoryTransport(lab.server);
  const token = async () => currentStudies(await transport.notices(STUDIES), Date.now()).at(-1)?.token;
  let study = await token();
  while (study === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    study = await token();
  }
  const mailbox = studyMailbox(study);
  let times = 0;
  return transport.take(queueOf(study), atOnce, async (job) => {
    times += 1;
    const time = times;
    const runner = { worker: 'raw', host: 'raw\u001b[31m', device: 'dev\u001b]0;x\u0007ice' };
    const run = `run${time}`;
    const say = (message: object) => transport.send(mailbox, [JSON.stringify({ job: job.id, run, ...message })]);
    await say({ kind: 'begun', ...runner });
    for (const [index, body] of progress.entries()) await say({ kind: 'progress', number: index + 1, body });
    await say({ kind: 'done', ...runner, failure: null, ...(await answer(job, time)) });
    return 'done';
  });
}
