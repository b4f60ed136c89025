import { portableLog, type Random } from '../../src/base/random.ts';
import type { Move, SwapWalk } from './swap-walk.ts';

/** What a walk lowers, from the vector of the plan's entries. */
export type Energy = (vector: Float64Array) => number;

/** Swaps that the temperature is measured on. */
const MEASURED_SWAPS = 400;
/** ln 200: at the measured temperature a swap that costs as much as the mean one that costs anything is accepted once in 200. */
const MEASURED_ODDS = 5.3;
/** Temperatures from hottest to coldest. */
const LEVELS = 64;
/** Part of a cooling after which only swaps that cost nothing are accepted. */
const QUENCH_AT = 0.9;
/** Draws of the exponential distribution: the middles of 4096 equally likely parts. */
const exponentialDraws = Float64Array.from({ length: 4096 }, (_, i) => -portableLog((i + 0.5) / 4096));

/** The temperature at which a costly swap is rarely accepted; 0 where no swap that costs anything was met. */
export function measuredTemperature(walk: SwapWalk, energy: Energy, moves: readonly Move[], random: Random): number {
  const before = energy(walk.scorer.vector);
  let sum = 0;
  let costly = 0;
  for (let i = 0; i < MEASURED_SWAPS; i++) {
    if (!walk.propose(moves[i % moves.length], random)) continue;
    const cost = energy(walk.scorer.proposed) - before;
    if (cost <= 0) continue;
    sum += cost;
    costly++;
  }
  return costly === 0 ? 0 : sum / costly / MEASURED_ODDS;
}

/** A walk that cools from one temperature to another, in equal steps of its logarithm, and then only descends. */
export interface Cooling {
  /** temperature at the start, in units of energy; 0 for a descent */
  readonly hottest: number;
  /** hottest to coldest temperature */
  readonly ratio: number;
  /** proposals in all; every one counts, also those that would make a double edge */
  readonly total: number;
}

/** By multiplication and square roots alone, which all platforms round alike. */
export function temperatures({ hottest, ratio }: Cooling): Float64Array {
  let step = ratio;
  for (let levels = 1; levels < LEVELS; levels *= 2) step = Math.sqrt(step);
  const table = new Float64Array(LEVELS);
  table[0] = hottest;
  for (let level = 1; level < LEVELS; level++) table[level] = table[level - 1] / step;
  return table;
}

export interface WalkStep {
  readonly energy: Energy;
  readonly moves: readonly Move[];
  readonly cooling: Cooling;
  /** proposals made before */
  readonly done: number;
  /** proposals that may be made now */
  readonly most: number;
  /** whether the walk has arrived */
  arrived(walk: SwapWalk, energy: number): boolean;
}

/**
 * Goes on with a walk until it has arrived, is over, or has used up what may be done now. A swap that costs ΔE at temperature T
 * is accepted with probability exp(−ΔE/T) (Metropolis), to 1 in 4096.
 * @returns proposals made
 */
export function coolWalk(walk: SwapWalk, step: WalkStep, random: Random): number {
  const { energy, moves, cooling, done, arrived } = step;
  const { scorer } = walk;
  const table = temperatures(cooling);
  const most = Math.min(step.most, cooling.total - done);
  const perLevel = (cooling.total * QUENCH_AT) / LEVELS;
  let current = energy(scorer.vector);
  if (arrived(walk, current)) return 0;
  for (let made = 0; made < most; ) {
    const level = Math.floor((done + made) / perLevel);
    const heat = level < LEVELS ? table[level] : 0;
    const move = moves[random.below(moves.length)];
    made++;
    if (!walk.propose(move, random)) continue;
    const next = energy(scorer.proposed);
    const cost = next - current;
    if (cost > 0 && (heat === 0 || cost > heat * exponentialDraws[random.uint32() >>> 20])) continue;
    if (!walk.accept()) continue;
    current = next;
    if (arrived(walk, current)) return made;
  }
  return Math.max(0, most);
}
