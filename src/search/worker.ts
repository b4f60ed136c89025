import { parentPort } from 'node:worker_threads';
import { workerData } from 'piscina';
import { strategies } from '../../strategies/index.ts';
import { captureOutput } from '../base/captured-output.ts';
import { errorPlace } from '../base/error-place.ts';
import { type Failure, failure, type Outcome, success } from '../base/failure.ts';
import { Random } from '../base/random.ts';
import { errorText, type UserModule } from '../base/user-module.ts';
import { fingerprint, type Pattern } from '../pattern/pattern.ts';
import { type AuditResult, auditScore } from '../scatter/audit.ts';
import { scoreBoth } from '../scatter/kernel.ts';
import type { ScoredCandidate } from './candidate.ts';
import { checkedPattern } from './checked-pattern.ts';
import { fingerprintReader } from './fingerprint-set.ts';
import { guardedStrategy } from './guarded-strategy.ts';
import type { Problem, Step, Strategy } from './strategy.ts';
import { importStrategy, strategyFileFault, strategyText, whenText } from './strategy-file.ts';
import type { AuditTask, StepFailure, StepOutcome, StepTask, WorkerNotice, WorkerSetup } from './tasks.ts';
import { TieBreakers } from './tie-breakers.ts';
import { buffersOf, moved } from './transfer.ts';

export const setup = workerData as WorkerSetup;
const { problem, seed, islands, order, timed } = setup;
const tieBreakers = new TieBreakers(order, problem.architecture);

/** of the task at hand */
let current = 0;

const post = (notice: WorkerNotice) => parentPort?.postMessage(notice);

/** What a user's strategy prints belongs neither among the data on stdout nor on the screen. */
const flushOutput = captureOutput((text) => post({ kind: 'print', island: current, text }));

/** Notes which island is at work, and says so where its time is limited. */
function begin(island: number): void {
  current = island;
  if (timed[island]) post({ kind: 'begun', island });
}

/** Streams of the study's seed: those of islands and those of audits never meet. */
const ISLANDS = 1;
const AUDITS = 2;

/** Strategies of users' files, by path. */
const loaded = new Map<string, Promise<Outcome<Strategy>>>();

async function load(file: UserModule, name: string): Promise<Outcome<Strategy>> {
  const changed = await strategyFileFault(file);
  if (changed !== null) return changed;
  const strategy = await importStrategy(file.path);
  if (!strategy.ok) return strategy;
  if (strategy.value.name === name && !strategies.has(name)) return success(guardedStrategy(strategy.value));
  const message = `the strategy file ${file.path} holds ${strategy.value.name}; expected ${name}, and no name of ours`;
  return failure('bad-strategy-file', message, 'Start a new study.');
}

async function strategyOf(island: number): Promise<Outcome<Strategy>> {
  const { strategy: name, file } = islands[island];
  if (file !== undefined) {
    const strategy = loaded.get(file.path) ?? load(file, name);
    loaded.set(file.path, strategy);
    return strategy;
  }
  const strategy = strategies.get(name);
  if (strategy !== undefined) return success(strategy);
  return failure(
    'no-such-strategy',
    `expected a strategy of ${[...strategies.keys()].join(', ')}; got ${name}`,
    'Name another.',
  );
}

const whatEnds: Readonly<Record<string, StepFailure['ends']>> = {
  'no-such-strategy': 'request',
  'no-strategy-file': 'search',
  'strategy-file-changed': 'search',
};

/** Nothing of the island was run. */
const unloaded = ({ reason, message }: Failure): StepFailure => ({
  failed: message,
  ends: whatEnds[reason] ?? 'island',
});

function failedStep(island: number, round: number, error: unknown): StepFailure {
  const { strategy, file } = islands[island];
  const where = strategyText(strategy, file, errorPlace(error));
  return { failed: `${errorText(error)} (${where}, ${whenText(round)})`, ends: 'island' };
}

/** The problem as an island sees it. The entries are the same objects for all, since what scoring prepares hangs on them. */
export const problems: readonly Problem[] = islands.map(({ target, start }) => ({
  ...problem,
  ...(target === undefined ? {} : { target }),
  ...(start === undefined ? {} : { start }),
}));

/** A first task, which comes back once the thread has started. */
export const ready = (): true => true;

/** True, or why the island's strategy refuses. */
export async function accepts(island: number): Promise<true | string | StepFailure> {
  begin(island);
  const strategy = await strategyOf(island);
  if (!strategy.ok) return unloaded(strategy);
  try {
    return strategy.value.accepts(problems[island]);
  } catch (error) {
    return failedStep(island, 0, error);
  } finally {
    flushOutput();
  }
}

/** Steps from the island's state, or from its start. */
function advance(strategy: Strategy, task: StepTask): Step<unknown> {
  const own = problems[task.island];
  const random = Random.fromSeed(seed).fork(ISLANDS, task.island);
  const state = task.round === 1 ? strategy.start(own, random.fork(0)) : task.state;
  return strategy.step(own, state, task.elites, random.fork(task.round));
}

/** The candidate that a pattern is, as every machine scores it. */
export function scored(
  pattern: Pattern,
  id: string,
  kind: string | undefined,
  { island, toBeat }: Pick<StepTask, 'island' | 'toBeat'>,
): ScoredCandidate {
  const { score, other } = scoreBoth(pattern, problem.entries, problem.metric);
  const scatters = { scatter: score.scatter, otherScatter: other?.scatter ?? null };
  const ties = tieBreakers.measure(pattern, scatters, toBeat, problems[island].target);
  return { fingerprint: id, pattern, ...(kind === undefined ? {} : { kind }), score, other, ties };
}

/** One step of one island; new candidates are scored. Whatever its strategy does wrong ends the island alone. */
export async function stepIsland(task: StepTask): Promise<StepOutcome> {
  const { island, round, known } = task;
  begin(island);
  const strategy = await strategyOf(island);
  if (!strategy.ok) return unloaded(strategy);
  try {
    const { state, candidates, kinds, swaps } = advance(strategy.value, task);
    const patterns = candidates.map((candidate) => checkedPattern(candidate, problem));
    const isKnown = fingerprintReader(known);
    const found = new Map<string, ScoredCandidate>();
    for (const [index, pattern] of patterns.entries()) {
      const id = fingerprint(pattern);
      if (found.has(id) || isKnown(id)) continue;
      found.set(id, scored(pattern, id, kinds?.[index], task));
    }
    const result = { state, swaps, candidates: [...found.values()], duplicates: candidates.length - found.size };
    buffersOf(result);
    return result;
  } catch (error) {
    return failedStep(island, round, error);
  } finally {
    flushOutput();
  }
}

/** `stepIsland`, its patterns and state moved to the caller instead of copied. */
export async function step(task: StepTask): Promise<StepOutcome> {
  return moved(await stepIsland(task));
}

/** The score that ranks a candidate, against the reference. */
export function audit({ number, pattern, score }: AuditTask): AuditResult {
  return auditScore(pattern, problem.entries, score, Random.fromSeed(seed).fork(AUDITS, number));
}
