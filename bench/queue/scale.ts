/** What one study costs by the number of its jobs and hosts, in parts: for the sums in docs/findings/queue.md. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { unwrap } from '../../src/base/failure.ts';
import { provenance } from '../../src/base/version.ts';
import { fingerprint } from '../../src/pattern/pattern.ts';
import { connectQueue } from '../../src/queue/bullmq-transport.ts';
import { realClock } from '../../src/queue/clock.ts';
import { Dispatcher } from '../../src/queue/dispatcher.ts';
import { MemoryServer } from '../../src/queue/memory-server.ts';
import { MemoryTransport } from '../../src/queue/memory-transport.ts';
import { Pieces } from '../../src/queue/pieces.ts';
import type { QueuedJob, Transport } from '../../src/queue/transport.ts';
import { queueOf, STUDIES, studyMailbox } from '../../src/queue/wire.ts';
import { OfferedTraining } from '../../src/remote/offered-training.ts';
import { packEpochs } from '../../src/remote/packed-training.ts';
import { openStore } from '../../src/store/index.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import { startRedis } from '../../test/queue/servers.ts';
import { benchPattern } from '../scatter/nets.ts';
import { held } from './held.ts';

const EPOCHS = 15;
/** Jobs of a GPU host at a time. */
const POPULATION = 256;
const notice = { token: 'bench', name: 'bench', host: 'bench', kind: 'training', version: '1', needs: null } as const;
const runner = { worker: 'w1', host: 'bench', device: 'cpu' };
const keep = { ended: async () => 'kept' as const };
const made = benchPattern({ layers: [64, 1024, 64], fanOuts: [128, 8] }, 1);
const settings = trainingSettings({ epochs: EPOCHS });

/** What is measured, by name, in the unit that the name ends with. */
export type Scale = Readonly<Record<string, number>>;

function jobsOf(count: number, transport: Transport): QueuedJob[] {
  const pieces = new Pieces(transport, realClock, 'nobody');
  const runsOn = { engine: 'sparse', backend: 'wasm', device: 'bench' } as const;
  const { architecture, pattern } = made;
  const offering = { key: 'bench', settings, runsOn, keeper: null, fail: () => {} };
  const offered = new OfferedTraining(
    { ...offering, id: 'job', job: { id: 'job', architecture, pattern, seed: 1 } },
    pieces,
    { free: 0 },
  );
  const { payload } = offered.queued;
  // A text of its own for each, as in a study.
  return Array.from({ length: count }, (_, number) => ({
    id: `${number}`.padStart(64, 'j'),
    payload: ` ${payload}`.slice(1),
  }));
}

const epochs = Array.from({ length: EPOCHS }, (_, index) => ({
  ...{ kind: 'epoch' as const, epoch: index + 1, loss: 1 / (index + 1), accuracy: 0.5, validationAccuracy: 0.5 },
}));

function doneOf(job: string, transport: Transport): string {
  const packed = new Pieces(transport, realClock, 'nobody').keep(packEpochs(epochs));
  const identity = { engine: 'sparse', backend: 'wasm', revision: 3, trainerDigest: null };
  const body = {
    ...{ run: '0123456789abcdef', identity, score: null, device: 'bench', resumed: null, epochs: packed },
    ...{ status: 'finished', reason: null, testAccuracy: 0.5, samplesPerSecond: 1e5, durationMs: 1e4 },
    ...{ weights: null, workerLost: false },
  };
  return JSON.stringify({ kind: 'done', job, run: `r${job}`.slice(0, 64), ...runner, failure: null, body });
}

const collectGarbage = () => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
};

/** Bytes of this process for a job that waits in it, payload apart. */
async function jobBytes(count: number): Promise<number> {
  const transport = new MemoryTransport(new MemoryServer(realClock));
  const jobs = Array.from({ length: count }, (_, number) => ({ id: `job-${number}`, payload: '""' }));
  const dispatcher = new Dispatcher(transport, realClock, notice);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const abort = new AbortController();
  const over = dispatcher.run(jobs, keep, abort.signal);
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  const bytes = (process.memoryUsage().heapUsed - before) / count;
  abort.abort();
  await over;
  await dispatcher.close();
  return bytes;
}

/** Redis and what a study gets from it: results and pulses that lie in its mailbox, as fast as it reads them. */
async function overRedis(results: number, pulses: number): Promise<Scale> {
  const server = await startRedis();
  const transport = await connectQueue(server.url);
  const bytesOf = async (count: number, act: () => Promise<void>) => {
    const before = (await held(server.url)).usedBytes;
    await act();
    return ((await held(server.url)).usedBytes - before) / count;
  };
  const jobs = jobsOf(results, transport);
  const some = jobs.slice(0, 2000);
  const jobBytes = await bytesOf(some.length, () => transport.offer(queueOf('other'), some));
  const text = JSON.stringify({ ...notice, offers: {}, needs: settings, atMs: Date.now() });
  const noticeBytes = await bytesOf(200, async () => {
    for (let id = 0; id < 200; id += 1) await transport.announce(STUDIES, { id: `n${id}`, text });
  });
  const mailbox = studyMailbox(notice.token);
  const doneBytes = await bytesOf(results, async () => {
    for (let from = 0; from < results; from += 20) {
      await transport.send(
        mailbox,
        jobs.slice(from, from + 20).map(({ id }) => doneOf(id, transport)),
      );
    }
  });
  const dispatcher = new Dispatcher(transport, realClock, notice);
  const begun = performance.now();
  await dispatcher.run(jobs, keep);
  const resultMs = (performance.now() - begun) / results;
  const doing = jobs.slice(0, POPULATION).map(({ id }, index) => ({ job: id, run: `r${index}`.padEnd(16, '0') }));
  const pulse = JSON.stringify({ kind: 'pulse', doing, ...runner, body: { samplesPerSecond: 1 } });
  await dispatcher.close();
  const pulseMs = await readPulses(transport, jobs, pulse, pulses);
  await transport.close();
  await server.close();
  return {
    ...{ redisJobBytes: jobBytes, payloadBytes: jobs[0].payload.length, redisNoticeBytes: noticeBytes },
    ...{ redisResultBytes: doneBytes, resultBytes: doneOf(jobs[0].id, transport).length, resultMs, pulseMs },
    pulseBytes: pulse.length,
  };
}

/** @returns milliseconds for a host's pulse; the last message ends the run */
async function readPulses(transport: Transport, jobs: readonly QueuedJob[], pulse: string, count: number) {
  const mailbox = studyMailbox(notice.token);
  for (let sent = 0; sent < count; sent += 1) await transport.send(mailbox, [pulse]);
  const abort = new AbortController();
  let heard = 0;
  const dispatcher = new Dispatcher(transport, realClock, notice);
  const begun = performance.now();
  const pulseHeard = () => {
    heard += 1;
    if (heard === count) abort.abort();
  };
  const over = dispatcher.run(jobs.slice(0, POPULATION), { ...keep, pulse: pulseHeard }, abort.signal);
  await new Promise<void>((resolve) => abort.signal.addEventListener('abort', () => resolve()));
  const tookMs = performance.now() - begun;
  await over;
  await dispatcher.close();
  return tookMs / count;
}

/** The store's own code for a training's beginning, epochs and end, which is on the disk when it returns. */
function inStore(count: number): Scale {
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-bench-'));
  const file = join(folder, 'bench.db');
  const store = unwrap(openStore(file, { mode: 'write', madeBy: provenance }));
  try {
    const names = { name: null, baseName: 'bench', kind: 'train', metric: 'indicator' } as const;
    const { architecture, pattern } = made;
    const { id } = unwrap(store.createStudy({ ...names, architecture, entryKeys: [], seed: 1, settings: {} }));
    const origin = { strategy: 'file', family: 'file', island: 0, round: 0, audit: 'whole', ties: {} } as const;
    const scores = { scatter: 0, vector: [], otherScatter: null, otherVector: null };
    const added = [{ number: 1, fingerprint: fingerprint(pattern), pattern, ...origin, ...scores }];
    store.recordRound(id, { added, evaluated: 1, seconds: 0, checkpoint: null });
    const setup = { dataset: 'bench', datasetDigest: 'bench', trainingSettings: settings };
    const where = { engine: 'sparse', backend: 'wasm', device: 'bench' };
    const times: number[] = [];
    for (let seed = 1; seed <= count; seed += 1) {
      const begun = performance.now();
      const key = { candidate: 1, seed, settingsDigest: '0'.repeat(64) };
      const beginning = store.beginEvaluation(id, { ...key, ...setup, ...where });
      if (beginning.kind !== 'begun') throw new Error('it is known already');
      for (const { epoch, loss, accuracy, validationAccuracy } of epochs) {
        store.recordEpoch(beginning.id, { epoch, loss, accuracy, validationAccuracy });
      }
      const end = { status: 'finished', reason: null, testAccuracy: 0.5, samplesPerSecond: 1, durationMs: 1 } as const;
      store.finishEvaluation(beginning.id, { ...end, ...where });
      times.push(performance.now() - begun);
    }
    const mean = (some: readonly number[]) => some.reduce((sum, ms) => sum + ms, 0) / some.length;
    const tenth = Math.ceil(count / 10);
    store.close();
    return {
      ...{ storeFirstMs: mean(times.slice(0, tenth)), storeLastMs: mean(times.slice(-tenth)) },
      storeResultBytes: statSync(file).size / count,
    };
  } finally {
    store.close();
    rmSync(folder, { recursive: true });
  }
}

/** @param results trainings that are told and stored */
export async function measureScale(results: number): Promise<Scale> {
  const dispatcherJobBytes = await jobBytes(200_000);
  return { results, dispatcherJobBytes, ...(await overRedis(results, 500)), ...inStore(results) };
}
