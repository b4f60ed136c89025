import { move, transferableSymbol, valueSymbol, workerData } from 'piscina';
import { strategies } from '../../strategies/index.ts';
import { InvalidValueError } from '../base/caller-errors.ts';
import { type Failure, failure, type Outcome, success } from '../base/failure.ts';
import { Random } from '../base/random.ts';
import { errorText, type UserModule } from '../base/user-module.ts';
import { constraintFault } from '../pattern/constraints/fault.ts';
import { fingerprint, type Pattern, patternFault } from '../pattern/pattern.ts';
import { type AuditResult, auditScore } from '../scatter/audit.ts';
import { scoreBoth } from '../scatter/kernel.ts';
import type { ScoredCandidate } from './candidate.ts';
import { hasFingerprint } from './fingerprint-set.ts';
import { guardedStrategy } from './guarded-strategy.ts';
import type { Problem, Step, Strategy } from './strategy.ts';
import { importStrategy, strategyFileFault, strategyText } from './strategy-file.ts';
import type { AuditTask, StepFailure, StepOutcome, StepTask, WorkerSetup } from './tasks.ts';
import { TieBreakers } from './tie-breakers.ts';
import { buffersOf } from './transfer.ts';

const { problem, seed, islands, order } = workerData as WorkerSetup;
const tieBreakers = new TieBreakers(order, problem.architecture);

// What a user's strategy prints must not end up among the data on stdout.
process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;

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
  const when = round === 0 ? 'when it was asked whether it can do the problem' : `in round ${round}`;
  return { failed: `${errorText(error)} (${strategyText(strategy, file)}, ${when})`, ends: 'island' };
}

/** The problem as an island sees it. The entries are the same objects for all, since what scoring prepares hangs on them. */
const problems: readonly Problem[] = islands.map(({ target, start }) => ({
  ...problem,
  ...(target === undefined ? {} : { target }),
  ...(start === undefined ? {} : { start }),
}));

/** A first task, which comes back once the thread has started. */
export const ready = (): true => true;

/** True, or why the island's strategy refuses. */
export async function accepts(island: number): Promise<true | string | StepFailure> {
  const strategy = await strategyOf(island);
  if (!strategy.ok) return unloaded(strategy);
  try {
    return strategy.value.accepts(problems[island]);
  } catch (error) {
    return failedStep(island, 0, error);
  }
}

/** Steps from the island's state, or from its start. */
function advance(strategy: Strategy, task: StepTask): Step<unknown> {
  const own = problems[task.island];
  const random = Random.fromSeed(seed).fork(ISLANDS, task.island);
  const state = task.round === 1 ? strategy.start(own, random.fork(0)) : task.state;
  return strategy.step(own, state, task.elites, random.fork(task.round));
}

function scored(pattern: Pattern, id: string, kind: string | undefined, { island, toBeat }: StepTask): ScoredCandidate {
  const { score, other } = scoreBoth(pattern, problem.entries, problem.metric);
  const scatters = { scatter: score.scatter, otherScatter: other?.scatter ?? null };
  const ties = tieBreakers.measure(pattern, scatters, toBeat, problems[island].target);
  return { fingerprint: id, pattern, ...(kind === undefined ? {} : { kind }), score, other, ties };
}

/** @throws RangeError for a pattern of other degrees, or one that breaks a constraint */
function checked(pattern: Pattern): Pattern {
  const { architecture, constraints } = problem;
  const own = { layers: architecture.layers, fanOuts: architecture.fanOuts, junctions: pattern.junctions };
  const fault = patternFault(own);
  if (fault !== null)
    throw new InvalidValueError(`expected a pattern with exact degrees; got one where ${fault.message}`);
  const broken = constraints === undefined ? null : constraintFault(own, constraints);
  if (broken !== null)
    throw new InvalidValueError(`expected a pattern that keeps the constraints; got one where ${broken.message}`);
  return own;
}

/** One step of one island; new candidates are scored. Whatever its strategy does wrong ends the island alone. */
export async function stepIsland(task: StepTask): Promise<StepOutcome> {
  const { island, round, known } = task;
  const strategy = await strategyOf(island);
  if (!strategy.ok) return unloaded(strategy);
  try {
    const { state, candidates, kinds, swaps } = advance(strategy.value, task);
    const patterns = candidates.map(checked);
    const found = new Map<string, ScoredCandidate>();
    for (const [index, pattern] of patterns.entries()) {
      const id = fingerprint(pattern);
      if (found.has(id) || hasFingerprint(known, id)) continue;
      found.set(id, scored(pattern, id, kinds?.[index], task));
    }
    const result = { state, swaps, candidates: [...found.values()], duplicates: candidates.length - found.size };
    buffersOf(result);
    return result;
  } catch (error) {
    return failedStep(island, round, error);
  }
}

/** `stepIsland`, its patterns and state moved to the caller instead of copied. */
export async function step(task: StepTask): Promise<StepOutcome> {
  const result = await stepIsland(task);
  return move({ [transferableSymbol]: buffersOf(result), [valueSymbol]: result }) as unknown as StepOutcome;
}

/** The score that ranks a candidate, against the reference. */
export function audit({ number, pattern, score }: AuditTask): AuditResult {
  return auditScore(pattern, problem.entries, score, Random.fromSeed(seed).fork(AUDITS, number));
}
