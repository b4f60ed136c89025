/** A worker process of the benchmark: `worker-process.ts ours|bullmq URL AT-ONCE`. Says "open" once it takes jobs; ends with its input. */
import { connectQueue } from '../../src/queue/bullmq-transport.ts';
import { realClock } from '../../src/queue/clock.ts';
import { idleWorker } from './idle-worker.ts';
import { plainWorker } from './plain-bullmq.ts';

const [kind, url, atOnceText] = process.argv.slice(2);
const atOnce = Number(atOnceText);
const open = () => process.stdout.write('open\n');
const inputEnds = new Promise<void>((resolve) => process.stdin.once('end', resolve).resume());

if (kind === 'bullmq') {
  const close = await plainWorker(url, atOnce);
  open();
  await inputEnds;
  await close();
} else {
  const transport = await connectQueue(url);
  const { stop, ended } = idleWorker(transport, realClock, atOnce, open);
  await inputEnds;
  stop();
  await ended;
  await transport.close();
}
