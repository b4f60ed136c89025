import { type ChildProcess, spawn } from 'node:child_process';
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
import { installed, serversRequired, startRedis, type TestServer } from '../queue/servers.ts';

const network = defineArchitecture({ layers: [64, 64, 64], fanOuts: [8, 8] });
const choices = { budget: { kind: 'candidates', candidates: 12 }, seed: 3 } as const;
const data = 'morse:examples=40/8/8';

/** What was heard of hosts, by kind. */
const heard = (events: readonly StudyEvent[]) =>
  events.flatMap((event) => (event.kind === 'host' && event.event.kind !== 'trouble' ? [event.event.kind] : []));

describe.skipIf(!installed.redis && !serversRequired)('on the machines of a queue a program', () => {
  let server: TestServer;
  let worker: ChildProcess;
  let shown = '';
  const cwd = mkdtempSync(join(tmpdir(), 'scattershot-'));

  beforeAll(async () => {
    server = await startRedis();
    shown = server.url;
    // Of the sources, as the functions here are: a worker with other strategies would not search for them.
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
    const tsx = import.meta.resolve('tsx');
    const args = ['--import', tsx, main, 'worker', '--threads', '1', '--queue', shown];
    worker = spawn(process.execPath, args, { cwd, stdio: 'ignore' });
  });
  afterAll(async () => {
    worker.kill('SIGTERM');
    await once(worker, 'exit');
    await server.close();
    rmSync(cwd, { recursive: true, force: true });
  });

  test('searches, and finds what this machine finds', async () => {
    const events: StudyEvent[] = [];
    const onEvent = (event: StudyEvent) => void events.push(event);
    const found = await search(network, { ...choices, queue: shown, onEvent });
    const lasting = ({ seconds: _, ...rest }: SearchFound) => rest;
    expect(lasting(found)).toEqual(lasting(await search(network, choices)));
    expect(heard(events)).toContain('joined');
  });

  test('trains, and gets the accuracy of this machine', async () => {
    const { best } = await search(network, choices);
    const events: StudyEvent[] = [];
    const onEvent = (event: StudyEvent) => void events.push(event);
    const options = { data, settings: { epochs: 2 }, seeds: [1, 2] };
    const there = await train(best.pattern, { ...options, queue: shown, onEvent });
    expect(there.testAccuracy).toEqual((await train(best.pattern, options)).testAccuracy);
    expect(heard(events).filter((kind) => kind === 'done')).toHaveLength(2);
  });

  test('runs a whole study', async () => {
    const events: StudyEvent[] = [];
    const onEvent = (event: StudyEvent) => void events.push(event);
    const there = await runStudy(await searchSettings(network, choices), { queue: shown, onEvent });
    const here = await runStudy(await searchSettings(network, choices));
    expect(there.status).toBe('finished');
    expect(there.found.best?.fingerprint).toBe(here.found.best?.fingerprint);
    expect(heard(events)).toContain('done');
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
