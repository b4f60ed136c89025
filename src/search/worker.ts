import { move, transferableSymbol, valueSymbol, workerData } from 'piscina';
import { strategies } from '../../strategies/index.ts';
import { fingerprint, type Pattern, patternFault } from '../pattern/pattern.ts';
import { Random } from '../pattern/random.ts';
import { type AuditResult, auditScore } from '../scatter/audit.ts';
import { scoreBoth } from '../scatter/kernel.ts';
import { hasFingerprint } from './fingerprint-set.ts';
import type { Problem, Step, Strategy } from './strategy.ts';
import type { AuditTask, Bar, ScoredPattern, StepResult, StepTask, WorkerSetup } from './tasks.ts';
import { TieBreakers } from './tie-breakers.ts';
import { buffersOf } from './transfer.ts';

const { problem, seed, islands, order } = workerData as WorkerSetup;
const tieBreakers = new TieBreakers(order, problem.architecture);

/** Streams of the study's seed: those of islands and those of audits never meet. */
const ISLANDS = 1;
const AUDITS = 2;

function strategyOf(island: number): Strategy {
  const { strategy: name } = islands[island];
  const strategy = strategies.get(name);
  if (strategy !== undefined) return strategy;
  throw new RangeError(`expected a strategy of ${[...strategies.keys()].join(', ')}; got ${name}`);
}

/** The problem as an island sees it. The entries are the same objects for all, since what scoring prepares hangs on them. */
function problemOf(island: number): Problem {
  const { target } = islands[island];
  return target === undefined ? problem : { ...problem, target };
}

/** Per island: true, or why its strategy refuses. @throws RangeError for a strategy that does not exist */
export function accepts(): (true | string)[] {
  return islands.map((_, island) => strategyOf(island).accepts(problemOf(island)));
}

/** Steps from the island's state, or from its start. */
function advance(task: StepTask): Step<unknown> {
  const strategy = strategyOf(task.island);
  const own = problemOf(task.island);
  const random = Random.fromSeed(seed).fork(ISLANDS, task.island);
  const state = task.round === 1 ? strategy.start(own, random.fork(0)) : task.state;
  return strategy.step(own, state, task.elites, random.fork(task.round));
}

function scored(pattern: Pattern, id: string, bar: Bar | null, target: number | null): ScoredPattern {
  const { score, other } = scoreBoth(pattern, problem.entries, problem.metric);
  const ties = tieBreakers.measure(pattern, { score, other }, bar, target);
  return { fingerprint: id, pattern, score, other, ties };
}

function checked(pattern: Pattern): Pattern {
  const { layers, fanOuts } = problem.architecture;
  const own = { layers, fanOuts, junctions: pattern.junctions };
  const fault = patternFault(own);
  if (fault !== null) throw new RangeError(`expected a pattern with exact degrees; got one where ${fault.message}`);
  return own;
}

/** One step of one island; new candidates are scored. */
export function stepIsland(task: StepTask): StepResult {
  const name = islands[task.island].strategy;
  const { target } = problemOf(task.island);
  try {
    const { state, candidates, swaps } = advance(task);
    const found = new Map<string, ScoredPattern>();
    for (const candidate of candidates) {
      const pattern = checked(candidate);
      const id = fingerprint(pattern);
      if (found.has(id) || hasFingerprint(task.known, id)) continue;
      found.set(id, scored(pattern, id, task.bar, target));
    }
    return { state, swaps, candidates: [...found.values()], duplicates: candidates.length - found.size };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`strategy ${name} (island ${task.island}) failed in round ${task.round}: ${message}`, {
      cause: error,
    });
  }
}

/** `stepIsland`, its patterns and state moved to the caller instead of copied. */
export function step(task: StepTask): StepResult {
  const result = stepIsland(task);
  return move({ [transferableSymbol]: buffersOf(result), [valueSymbol]: result }) as unknown as StepResult;
}

/** The score that ranks a candidate, against the reference. */
export function audit({ number, pattern, score }: AuditTask): AuditResult {
  return auditScore(pattern, problem.entries, score, Random.fromSeed(seed).fork(AUDITS, number));
}
