/**
 * Runs small whole studies, a search and trainings each, in folders of their own: one after the other, as told line by line on stdin,
 * since a process for each would take hours. Of the build, as a user has it.
 * `{folder, fault}` → `{outcome, reason, message, changes, pieces, failed, board}`.
 */
import { mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CONTROL_NUMBERS, type Try, type TryResult } from './tries.ts';

type Modules = {
  failure: typeof import('../../src/base/failure.ts');
  architecture: typeof import('../../src/pattern/architecture.ts');
  store: typeof import('../../src/store/index.ts');
  leaderboard: typeof import('../../src/study/leaderboard.ts');
  searchSettings: typeof import('../../src/study/search-settings.ts');
  startStudy: typeof import('../../src/study/start-study.ts');
  trainOne: typeof import('../../src/study/train-one.ts');
  trainingSettings: typeof import('../../src/training/settings.ts');
};

const built = (path: string) => import(new URL(`../../dist/src/${path}.js`, import.meta.url).href);

const modules: Modules = {
  failure: await built('base/failure'),
  architecture: await built('pattern/architecture'),
  store: await built('store/index'),
  leaderboard: await built('study/leaderboard'),
  searchSettings: await built('study/search-settings'),
  startStudy: await built('study/start-study'),
  trainOne: await built('study/train-one'),
  trainingSettings: await built('training/settings'),
};
const { unwrap, ScattershotError } = modules.failure;

const architecture = modules.architecture.defineArchitecture({ layers: [64, 64, 64], fanOuts: [8, 8] });
const settings = unwrap(
  await modules.searchSettings.searchSettings(architecture, {
    ...{ budget: { kind: 'candidates', candidates: 24 }, top: 2, seed: 5, islands: 2 },
    strategies: ['uniform-random', 'permutation-grid'],
  }),
);
const training = modules.trainingSettings.trainingSettings({ epochs: 2, batchSize: 64, learningRate: 0.01 });
const SEEDS = [1, 2];

const control = process.env.FAULT_CONTROL === undefined ? null : openSync(process.env.FAULT_CONTROL, 'r+');

/** @param fault null: none, and what SQLite is given is not looked at; 'count': none */
function steer(fault: Try['fault'] | 'count'): void {
  if (control === null) return;
  const numbers = new BigInt64Array(CONTROL_NUMBERS);
  // One that never comes: the library then looks for SQLite, and counts.
  if (fault === 'count') numbers[6] = 2n ** 60n;
  else if (fault !== null) {
    numbers[fault.of === 'file' ? 1 : 6] = BigInt(fault.at);
    numbers[2] = BigInt(fault.error);
    numbers[3] = BigInt(fault.sticky);
  }
  writeSync(control, new Uint8Array(numbers.buffer), 0, numbers.byteLength, 0);
}

function counts(): Pick<TryResult, 'changes' | 'pieces' | 'failed'> {
  const numbers = new BigInt64Array(CONTROL_NUMBERS);
  if (control !== null) readSync(control, new Uint8Array(numbers.buffer), 0, numbers.byteLength, 0);
  return { changes: Number(numbers[0]), pieces: Number(numbers[5]), failed: Number(numbers[4]) };
}

type Store = import('../../src/store/index.ts').Store;

/** From wherever the database says that it stands, to the end. */
async function work(store: Store, cacheFolder: string): Promise<void> {
  const signal = new AbortController().signal;
  const host = { store, cacheFolder, workers: 1, listener: () => {}, signal };
  const [known] = store.listStudies();
  if (known === undefined) await modules.startStudy.startStudy(settings, 'small', host);
  else if (known.status !== 'finished') await modules.startStudy.resumeStudy(known, host);
  const study = unwrap(store.getStudy('small'));
  const [best] = modules.leaderboard.rankedCandidates(store, study, { limit: 1 });
  const request = {
    dataset: 'morse:examples=8/4/8',
    seeds: SEEDS,
    settings: training,
    engine: 'sparse',
    backend: 'auto',
  };
  await modules.trainOne.trainOne({ study, candidate: best.number }, request, host);
}

/** All that a study found, without times and names of machines. */
function boardOf(store: Store): string {
  const study = unwrap(store.getStudy('small'));
  const rows = modules.leaderboard.rankedCandidates(store, study).map(({ createdAt: _, ...row }) => row);
  const trainings = store.evaluations(study.id).map(({ candidate, seed, status, testAccuracy, epochs }) => ({
    ...{ candidate, seed, status, testAccuracy, epochs },
  }));
  const { evaluated, status } = study;
  return JSON.stringify({ evaluated, status, rows, trainings, faults: store.check() });
}

async function attempt({ folder, fault }: Try): Promise<TryResult> {
  mkdirSync(folder, { recursive: true });
  let result: Pick<TryResult, 'outcome' | 'reason' | 'message' | 'board'> = {
    outcome: 'ended',
    reason: null,
    message: null,
    board: null,
  };
  steer(fault ?? 'count');
  let store: Store | null = null;
  try {
    const madeBy = { version: 'test', node: process.version, platform: process.platform };
    store = unwrap(modules.store.openStore(join(folder, 'a.db'), { mode: 'write', madeBy }));
    await work(store, join(folder, '..', 'cache'));
    if (fault === null) result = { ...result, board: boardOf(store) };
  } catch (error) {
    const isTold = error instanceof ScattershotError;
    const message = error instanceof Error ? (isTold ? error.message : (error.stack ?? error.message)) : String(error);
    result = { ...result, outcome: isTold ? 'told' : 'defect', reason: isTold ? error.reason : null, message };
  }
  try {
    store?.close();
  } catch (error) {
    result = { ...result, outcome: 'defect', message: `close: ${(error as Error).stack}` };
  }
  const counted = counts();
  steer(null);
  return { ...result, ...counted };
}

for await (const line of createInterface(process.stdin)) {
  process.stdout.write(`${JSON.stringify(await attempt(JSON.parse(line)))}\n`);
}
process.exit(0);
