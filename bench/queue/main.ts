import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { connectQueue } from '../../src/queue/bullmq-transport.ts';
import { realClock } from '../../src/queue/clock.ts';
import { Dispatcher } from '../../src/queue/dispatcher.ts';
import { MemoryServer } from '../../src/queue/memory-server.ts';
import { MemoryTransport } from '../../src/queue/memory-transport.ts';
import type { Transport } from '../../src/queue/transport.ts';
import { installed, startPostgres, startRedis } from '../../test/queue/servers.ts';
import { summarize, table } from '../timing.ts';
import { type Held, held } from './held.ts';
import { idleWorker } from './idle-worker.ts';
import { plainStudy } from './plain-bullmq.ts';
import { measureScale } from './scale.ts';
import { measureSpeedUp } from './speed-up.ts';

const usage = `usage: npm run bench -- queue [--jobs N] [--workers N] [--at-once N] [--runs N] [--over memory,redis,postgres] [--json]
       npm run bench -- queue scale [--results N] [--json]: what a study costs by jobs and hosts, in parts (default 5000)
       npm run bench -- queue speed-up [--runs N] [--json]: a validation by this process's pool and by workers; build first
  what a job costs that does nothing: a study here, workers in processes of their own (of memory: here too), a server of
  the benchmark's own, beside plain BullMQ (bulk adds, workers; its own defaults)
  --jobs N     default 10000
  --at-once N  jobs that a worker has at a time (default 1)
  --runs N     of each, alternately; the median is told (default 3)
`;

interface Options {
  readonly jobs: number;
  readonly workers: number;
  readonly atOnce: number;
  readonly runs: number;
  readonly over: readonly string[];
  readonly json: boolean;
}

interface Result {
  readonly over: string;
  readonly scattershotMs: number;
  readonly bullmqMs: number | null;
  /** ours to plain BullMQ, of the medians; over 1: ours costs more */
  readonly ratio: number | null;
  /** Redis only: before, when all jobs have ended, when the study has left; and after plain BullMQ, which keeps what has ended */
  readonly held: { readonly [when in 'before' | 'ended' | 'left' | 'bullmq']?: Held };
}

function optionsOf(parameters: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      jobs: { type: 'string', default: '10000' },
      workers: { type: 'string', default: '2' },
      'at-once': { type: 'string', default: '1' },
      runs: { type: 'string', default: '3' },
      over: { type: 'string', default: 'memory,redis,postgres' },
      json: { type: 'boolean', default: false },
    },
  });
  const [jobs, workers, atOnce, runs] = [values.jobs, values.workers, values['at-once'], values.runs].map(Number);
  return { jobs, workers, atOnce, runs, over: values.over.split(','), json: values.json };
}

const workerFile = fileURLToPath(new URL('worker-process.ts', import.meta.url));

/** Worker processes. `open` resolves when all take jobs. */
function startWorkers(kind: 'ours' | 'bullmq', url: string, { workers, atOnce }: Options) {
  const start = (): ChildProcess =>
    spawn(process.execPath, ['--import', 'tsx', workerFile, kind, url, `${atOnce}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  const children = Array.from({ length: workers }, start);
  const opened = children.map(({ stdout }) =>
    once(createInterface({ input: stdout as NodeJS.ReadableStream }), 'line'),
  );
  return {
    open: async () => void (await Promise.all(opened)),
    end: async () => {
      const gone = children.map((child) => once(child, 'exit'));
      for (const { stdin } of children) stdin?.end();
      await Promise.all(gone);
    },
  };
}

const notice = { token: 'bench', name: 'bench', host: 'bench', kind: 'training', version: '1', needs: null } as const;

/** @param ended told when all jobs have ended, the study still there. @returns milliseconds of the jobs */
async function study(
  transport: Transport,
  jobs: number,
  workersOpen: () => Promise<void>,
  ended: () => Promise<void>,
): Promise<number> {
  const dispatcher = new Dispatcher(transport, realClock, notice);
  await workersOpen();
  const list = Array.from({ length: jobs }, (_, number) => ({ id: `job-${number}`, payload: `{"number":${number}}` }));
  const begun = performance.now();
  let count = 0;
  const keep = async () => {
    count += 1;
    return 'kept' as const;
  };
  await dispatcher.run(list, { ended: keep });
  const tookMs = performance.now() - begun;
  if (count !== jobs) throw new Error(`${count} of ${jobs} jobs ended`);
  await ended();
  await dispatcher.close();
  return tookMs;
}

async function inMemory({ jobs, workers, atOnce }: Options): Promise<number> {
  const server = new MemoryServer(realClock);
  let opened = 0;
  let open = () => {};
  const allOpen = new Promise<void>((resolve) => {
    open = resolve;
  });
  const started = Array.from({ length: workers }, () =>
    idleWorker(new MemoryTransport(server), realClock, atOnce, () => {
      opened += 1;
      if (opened === workers) open();
    }),
  );
  const transport = new MemoryTransport(server);
  const tookMs = await study(
    transport,
    jobs,
    () => allOpen,
    async () => {},
  );
  for (const { stop } of started) stop();
  await Promise.all(started.map(({ ended }) => ended));
  return tookMs;
}

async function onServer(over: string, options: Options): Promise<Result> {
  const isRedis = over === 'redis';
  const memory: { -readonly [when in keyof Result['held']]: Held } = {};
  const note = async (when: keyof Result['held'], url: string) => {
    if (isRedis) memory[when] = await held(url);
  };
  const [ours, plain]: [number[], number[]] = [[], []];
  for (let run = 0; run < options.runs; run += 1) {
    const server = isRedis ? await startRedis() : await startPostgres();
    const { url } = server;
    const transport = await connectQueue(url);
    await note('before', url);
    const own = startWorkers('ours', url, options);
    ours.push(await study(transport, options.jobs, own.open, () => note('ended', url)));
    await own.end();
    await note('left', url);
    await transport.close();
    const peers = startWorkers('bullmq', url, options);
    plain.push(await plainStudy(url, options.jobs, peers.open));
    await peers.end();
    await note('bullmq', url);
    await server.close();
  }
  const [scattershotMs, bullmqMs] = [ours, plain].map((times) => summarize(times).medianMs / options.jobs);
  return { over, scattershotMs, bullmqMs, ratio: scattershotMs / bullmqMs, held: memory };
}

async function resultOf(over: string, options: Options): Promise<Result | null> {
  if (over === 'memory') {
    const times: number[] = [];
    for (let run = 0; run < options.runs; run += 1) times.push(await inMemory(options));
    const scattershotMs = summarize(times).medianMs / options.jobs;
    return { over, scattershotMs, bullmqMs: null, ratio: null, held: {} };
  }
  if (over === 'redis' ? installed.redis : installed.postgres) return onServer(over, options);
  process.stderr.write(`${over} is not installed here\n`);
  return null;
}

function heldText({ held }: Result): string {
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(2);
  const lines = Object.entries(held).map(([when, { usedBytes, keys }]) => [when, mebibytes(usedBytes), `${keys}`]);
  return lines.length === 0 ? '' : `\n${table([['Redis holds', 'MiB', 'keys'], ...lines])}`;
}

async function scale(parameters: readonly string[]): Promise<void> {
  const options = { results: { type: 'string', default: '5000' }, json: { type: 'boolean', default: false } } as const;
  const { values } = parseArgs({ args: [...parameters], options });
  const measured = await measureScale(Number(values.results));
  if (values.json) process.stdout.write(`${JSON.stringify(measured, null, 2)}\n`);
  else process.stdout.write(table(Object.entries(measured).map(([name, value]) => [name, value.toPrecision(4)])));
}

async function speedUp(parameters: readonly string[]): Promise<void> {
  const options = { runs: { type: 'string', default: '3' }, json: { type: 'boolean', default: false } } as const;
  const { values } = parseArgs({ args: [...parameters], options });
  const measured = await measureSpeedUp(Number(values.runs));
  if (values.json) process.stdout.write(`${JSON.stringify({ results: measured }, null, 2)}\n`);
  else {
    const rows = measured.map((one) => [one.name, one.medianSeconds.toFixed(1), one.speedUp.toFixed(2)]);
    process.stdout.write(table([['validation', 'seconds', 'speed-up'], ...rows]));
  }
}

export async function main(parameters: readonly string[]): Promise<void> {
  if (parameters[0] === 'speed-up') return speedUp(parameters.slice(1));
  if (parameters[0] === 'scale') return scale(parameters.slice(1));
  const options = optionsOf(parameters);
  if (options.over.some((name) => !['memory', 'redis', 'postgres'].includes(name)) || !(options.jobs > 0)) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  const results: Result[] = [];
  for (const over of options.over) {
    const result = await resultOf(over, options);
    if (result !== null) results.push(result);
  }
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ ...options, results }, null, 2)}\n`);
    return;
  }
  const rows = results.map(({ over, scattershotMs, bullmqMs, ratio }) => [
    ...[over, scattershotMs.toFixed(3), bullmqMs?.toFixed(3) ?? '–', ratio?.toFixed(2) ?? '–'],
  ]);
  process.stdout.write(table([['over', 'ms a job', 'plain BullMQ', 'ratio'], ...rows]));
  for (const result of results) process.stdout.write(heldText(result));
}
