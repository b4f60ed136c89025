import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ScattershotError, unwrap } from '../../src/base/failure.ts';
import { openStore } from '../../src/store/index.ts';
import { openConnection } from '../../src/store/open.ts';
import { openDatabase } from '../../src/store/sqlite.ts';
import { Child } from './processes.ts';
import { madeBy, newStudy } from './sample-rows.ts';
import { openedStore, storeWithStudy, temporaryFolder } from './samples.ts';

async function ready(role: string): Promise<Child> {
  const child = new Child(role);
  await child.hear(/^ready$/);
  return child;
}

function reasonOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ScattershotError) return error.failure.reason;
    throw error;
  }
  return 'none';
}

test('processes that make the same new database at once all get it, and a reader sees nothing or all of it', async () => {
  const folder = temporaryFolder();
  const children = await Promise.all([ready('create'), ready('create'), ready('create')]);
  for (let database = 0; database < 10; database++) {
    const path = join(folder, `${database}`, 'a.db');
    for (const child of children) child.tell(path);
    let made = false;
    const named = Promise.all(children.map((child) => child.hear(/./))).finally(() => {
      made = true;
    });
    while (!made) {
      const opened = openStore(path, { mode: 'read' });
      if (opened.ok) opened.value.close();
      else expect(opened.reason).toBe('no-database');
      await pause(1);
    }
    const names = await named;
    expect(names.sort()).toEqual(['tiny-1', 'tiny-2', 'tiny-3']);
  }
});

test('two processes work on two studies in one database, and neither waits for readers', async () => {
  const path = join(temporaryFolder(), 'a.db');
  const children = await Promise.all([ready('work'), ready('work')]);
  for (const [index, child] of children.entries()) child.tell(path, `study-${index}`);
  await Promise.all(children.map((child) => child.hear(/^round 1$/)));
  const rounds = 'SELECT sum(evaluated) AS n FROM studies';
  const watching = unwrap(openConnection(path, { mode: 'read' }));
  const other = unwrap(openConnection(path, { mode: 'read' }));
  const now = () => other.read(() => other.get<{ n: number }>(rounds)?.n ?? 0);
  watching.read(() => {
    const before = watching.get<{ n: number }>(rounds)?.n ?? 0;
    const deadline = Date.now() + 30_000;
    while (now() < before + 20) if (Date.now() > deadline) throw new Error('the writers stand still');
    expect(watching.get<{ n: number }>(rounds)?.n).toBe(before);
  });
  watching.close();
  other.close();
  await Promise.all(children.map((child) => child.hear(/^round 12$/)));
  await Promise.all(children.map((child) => child.kill()));
  const store = openedStore(path, 'read');
  expect(store.integrityFaults()).toEqual([]);
  expect(
    store
      .listStudies()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['study-0', 'study-1']);
});

test('a study that another process works on is told with that process, and is free once it is killed', async () => {
  const { path, store, study } = storeWithStudy('shared');
  store.releaseStudy(study.id);
  const child = await ready('claim');
  child.tell(path, 'shared');
  await child.hear(/^claimed$/);
  expect(unwrap(store.getStudy('shared')).status).toBe('running');
  const refusal = { ok: false, reason: 'study-in-use', message: expect.stringContaining(`process ${child.pid} on`) };
  expect(store.claimStudy(study.id)).toMatchObject(refusal);
  expect(store.removeStudy(study.id)).toMatchObject(refusal);
  expect(store.renameStudy(study.id, 'mine')).toMatchObject(refusal);
  await child.kill();
  expect(unwrap(store.getStudy('shared')).status).toBe('interrupted');
  expect(store.claimStudy(study.id).ok).toBe(true);
});

test('two stores of one process do not both own a study', () => {
  const { path, study } = storeWithStudy();
  expect(openedStore(path).claimStudy(study.id)).toMatchObject({ reason: 'study-in-use' });
});

test('a process that has lost its study finds out before it writes', () => {
  const { path, store, study } = storeWithStudy();
  const raw = openDatabase(path);
  raw.exec("UPDATE studies SET owner_token = 'another'");
  raw.close();
  const round = { added: [], evaluated: 5, seconds: 5, checkpoint: null };
  expect(reasonOf(() => store.recordRound(study.id, round))).toBe('study-taken-over');
  expect(reasonOf(() => store.heartbeat(study.id))).toBe('study-taken-over');
  expect(reasonOf(() => store.finishStudy(study.id, { status: 'finished' }))).toBe('study-taken-over');
  expect(unwrap(store.getStudy(null))).toMatchObject({ evaluated: 0, status: 'running' });
});

test.each([
  ['of another start under the same number', { owner_started: "'1'" }, true],
  ['whose number no process has', { owner_pid: '4000000' }, true],
  ['on another machine, heard of just now', { owner_host: "'far'", owner_space: "'far'" }, false],
  ['on another machine, silent for a minute', { owner_space: "'far'", owner_seen_ms: 'owner_seen_ms - 60001' }, true],
])('the claim of a process %s lapses: %o', (_, changes, lapses) => {
  const { path, study } = storeWithStudy();
  const raw = openDatabase(path);
  for (const [column, value] of Object.entries(changes)) raw.exec(`UPDATE studies SET ${column} = ${value}`);
  raw.close();
  const claimed = openedStore(path).claimStudy(study.id);
  expect(claimed.ok).toBe(lapses);
  if (!claimed.ok) expect(claimed.nextStep).toMatch(/60 s after its last sign of life/);
});

test('a database that is locked for too long is told so, and is read meanwhile', async () => {
  const { path, study } = storeWithStudy();
  const impatient = unwrap(openStore(path, { mode: 'write', madeBy, busyTimeoutMs: 50 }));
  const child = await ready('lock');
  child.tell(path);
  await child.hear(/^locked$/);
  expect(reasonOf(() => impatient.createStudy(newStudy))).toBe('database-locked');
  expect(impatient.listStudies().map(({ id }) => id)).toEqual([study.id]);
  expect(openedStore(path, 'read').listStudies()).toHaveLength(1);
  await child.kill();
  await pause(1);
  expect(impatient.createStudy(newStudy).ok).toBe(true);
  impatient.close();
});
