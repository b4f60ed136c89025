/**
 * A second process for the store's tests: `child.ts ROLE`. It says "ready", then does its role for every line it is told.
 * Everything it reports is written before the next step begins, so that a kill never swallows what was reported.
 */
import { existsSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { unwrap } from '../../src/base/failure.ts';
import { type Checkpoint, openStore, type Store } from '../../src/store/index.ts';
import type { StudyRecord } from '../../src/store/records.ts';
import { openDatabase } from '../../src/store/sqlite.ts';
import { finishedWith, madeBy, newCandidate, newEvaluation, newStudy, seenBytes } from './sample-rows.ts';

const say = (line: string) => writeSync(1, `${line}\n`);

interface WorkState extends Checkpoint {
  readonly round: number;
  readonly states: readonly Uint32Array[];
}

function claimed(store: Store, name: string): StudyRecord {
  const found = store.getStudy(name);
  return found.ok ? unwrap(store.claimStudy(found.value.id)) : unwrap(store.createStudy({ ...newStudy, name }));
}

/** Trains what has no finished evaluation yet, as a resumed study does. */
function train(store: Store, study: StudyRecord): void {
  const untrained = store.candidates(study).filter(({ accuracy }) => accuracy === null);
  for (const { number } of untrained) {
    const begun = store.beginEvaluation(study.id, newEvaluation(number, 1));
    if (begun.kind === 'known') throw new Error(`candidate ${number} was listed as untrained, yet it is known`);
    for (const epoch of [1, 2]) {
      store.recordEpoch(begun.id, { epoch, loss: 1 / epoch, accuracy: 0.5, validationAccuracy: 0.25 });
    }
    store.finishEvaluation(begun.id, finishedWith(number / 10_000));
    say(`finished ${number}`);
  }
}

/** Rounds of two candidates, each trained, until killed. */
function work(path: string, name: string): void {
  const store = unwrap(openStore(path, { mode: 'write', madeBy }));
  const study = claimed(store, name);
  let done = store.loadCheckpoint<WorkState>(study.id)?.round ?? 0;
  say('working');
  for (;;) {
    train(store, study);
    done++;
    const added = [2 * done - 1, 2 * done].map((number) =>
      newCandidate(number, { round: done, fingerprint: `${number}` }),
    );
    const checkpoint: WorkState = { round: done, states: [Uint32Array.of(done)], seen: seenBytes(2 * done) };
    store.recordRound(study.id, { added, evaluated: 2 * done, seconds: done, checkpoint });
    say(`round ${done}`);
  }
}

/** Makes a study in a database that may not be there yet. */
function create(path: string): void {
  const store = unwrap(openStore(path, { mode: 'write', madeBy }));
  say(unwrap(store.createStudy(newStudy)).name);
  store.close();
}

/** Claims a study and keeps it. */
function claim(path: string, name: string): void {
  claimed(unwrap(openStore(path, { mode: 'write', madeBy })), name);
  say('claimed');
}

/** What nobody holds is closed at the next garbage collection, and its lock is gone. */
const held: ReturnType<typeof openDatabase>[] = [];

/** Keeps the database locked. */
function lock(path: string): void {
  const database = openDatabase(path);
  held.push(database);
  database.exec('BEGIN IMMEDIATE');
  say('locked');
}

/** What opening says, as someone who may not write what he does not own. */
function openAsNobody(path: string, mode: string): void {
  if (process.getuid?.() === 0) {
    // Loads SQLite itself while it can still be read: a checkout may lie where only its owner looks.
    openDatabase(':memory:').close();
    process.setgid?.(65_534);
    process.setuid?.(65_534);
  }
  const opened = openStore(path, mode === 'read' ? { mode } : { mode: 'write', madeBy });
  say(opened.ok ? `opened with ${opened.value.listStudies().length} studies` : opened.reason);
}

/** Writes rounds until the disk is full and says where that was. Told again, it gives itself some room first. */
function fill(path: string): void {
  const ballast = `${path}.ballast`;
  if (existsSync(ballast)) rmSync(ballast);
  else writeFileSync(ballast, new Uint8Array(400_000));
  const store = unwrap(openStore(path, { mode: 'write', madeBy }));
  const study = claimed(store, 'filling');
  let done = store.loadCheckpoint<WorkState>(study.id)?.round ?? 0;
  say(`from ${done}, ${store.candidates(study).length} kept, ${store.integrityFaults().length} faults`);
  try {
    for (;;) {
      const next = done + 1;
      const states = [new Uint32Array(5000).fill(next)];
      const checkpoint: WorkState = { round: next, states, seen: seenBytes(100 * next) };
      const added = [newCandidate(next, { fingerprint: `${next}` })];
      store.recordRound(study.id, { added, evaluated: next, seconds: next, checkpoint });
      done = next;
    }
  } catch (error) {
    const { failure } = error as { failure?: { reason: string } };
    say(`${failure?.reason ?? String(error)} after ${done}`);
  } finally {
    store.close();
  }
}

const roles: Readonly<Record<string, (...words: string[]) => void>> = { work, create, claim, lock, openAsNobody, fill };

const role = roles[process.argv[2]];
createInterface(process.stdin).on('line', (line) => role(...line.split('\t')));
say('ready');
