import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  defineArchitecture,
  runStudy,
  type SearchFound,
  type StudyEvent,
  search,
  searchSettings,
  train,
} from '../../src/index.ts';
import { installed, serversRequired, startRedis } from '../queue/servers.ts';

const network = defineArchitecture({ layers: [64, 64, 64], fanOuts: [8, 8] });
const choices = { budget: { kind: 'candidates', candidates: 12 }, seed: 3 } as const;
const data = 'morse:examples=40/8/8';

/** What was heard of hosts, by kind. */
const heard = (events: readonly StudyEvent[]) =>
  events.flatMap((event) => (event.kind === 'host' && event.event.kind !== 'trouble' ? [event.event.kind] : []));

describe.skipIf(!installed.redis && !serversRequired)('on the machines of a queue a program', () => {
  let queue = '';
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    const server = await startRedis();
    ends.push(() => server.close());
    queue = server.url;
    const cwd = mkdtempSync(join(tmpdir(), 'scattershot-'));
    ends.push(() => rmSync(cwd, { recursive: true, force: true }));
    // Of the sources, as the functions here are: a worker with other strategies would not search for them.
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
    const args = ['--import', import.meta.resolve('tsx'), main, 'worker', '--threads', '1', '--queue', queue];
    const worker = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    worker.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    const gone = once(worker, 'exit');
    ends.push(async () => {
      worker.kill('SIGTERM');
      await gone;
    });
    while (!said.includes('takes work of')) {
      if (worker.exitCode !== null) throw new Error(`the worker has ended: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  test('searches, and finds what this machine finds', async () => {
    const events: StudyEvent[] = [];
    const onEvent = (event: StudyEvent) => void events.push(event);
    const found = await search(network, { ...choices, queue, onEvent });
    const lasting = ({ seconds: _, ...rest }: SearchFound) => rest;
    expect(lasting(found)).toEqual(lasting(await search(network, choices)));
    expect(heard(events)).toContain('joined');
  });

  test('trains, and gets the accuracy of this machine', async () => {
    const { best } = await search(network, choices);
    const events: StudyEvent[] = [];
    const onEvent = (event: StudyEvent) => void events.push(event);
    const options = { data, settings: { epochs: 2 }, seeds: [1, 2] };
    const there = await train(best.pattern, { ...options, queue, onEvent });
    expect(there.testAccuracy).toEqual((await train(best.pattern, options)).testAccuracy);
    expect(heard(events).filter((kind) => kind === 'done')).toHaveLength(2);
  });

  test('runs a whole study', async () => {
    const events: StudyEvent[] = [];
    const onEvent = (event: StudyEvent) => void events.push(event);
    const there = await runStudy(await searchSettings(network, choices), { queue, onEvent });
    const here = await runStudy(await searchSettings(network, choices));
    expect(there.status).toBe('finished');
    expect(there.found.best?.fingerprint).toBe(here.found.best?.fingerprint);
    expect(heard(events)).toContain('done');
  });

  test('hears of its machines, and what its listener throws then ends the search and is thrown on', async () => {
    const onEvent = ({ kind }: StudyEvent) => {
      if (kind === 'host') throw new Error('not this one');
    };
    await expect(search(network, { ...choices, queue, onEvent })).rejects.toThrow('not this one');
  });

  test('ends at once what was ended before it began', async () => {
    const found = await search(network, { ...choices, queue: 'redis://192.0.2.1', signal: AbortSignal.abort() });
    expect(found).toMatchObject({ ended: 'aborted', best: null });
  });
});

test('what is no queue is refused without its words, and one that does not answer is named', async () => {
  await expect(search(network, { ...choices, queue: 'redis://:secret@' })).rejects.toThrow(RangeError);
  await expect(search(network, { ...choices, queue: 'http://:secret@lab' })).rejects.not.toThrow(/secret/);
  await expect(search(network, { ...choices, queue: 'redis://:secret@127.0.0.1:1' })).rejects.toMatchObject({
    reason: 'queue-unreachable',
    message: expect.not.stringContaining('secret'),
  });
});
