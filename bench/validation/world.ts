import type { Random } from '../../src/base/random.ts';
import type { Observation } from '../../src/validation/observation.ts';

/**
 * A made-up world in which the truth is known. Spreads are standard deviations in accuracy points, as measured on Morse
 * (64-1024-64): pattern within a family, seed, pattern × seed (residual), family × seed.
 */
export interface World {
  readonly name: string;
  /** true gain in points from the random level to the top, of each family: drawn or fixed */
  readonly gains: (families: number, random: Random) => readonly number[];
  /** accuracy in points as a function of scatter, on top of the gains */
  readonly shape?: (scatter: number) => number;
  /** points between families, standard deviation of their means */
  readonly apart: number;
  /** only random patterns are trained */
  readonly randomOnly?: boolean;
  /** the gains are drawn anew for each study */
  readonly isRandomGain?: boolean;
  /** noise of Student's law with 3 degrees of freedom, its standard deviation the same: now and then a training goes badly wrong */
  readonly isHeavyTailed?: boolean;
  /** the standard deviation of pattern and residual grows threefold from the lowest scatter to the top */
  readonly isSpreadGrowing?: boolean;
}

export const RANDOM_LEVEL = 0.66;
export const TOP = 1;

const spreads = { pattern: 0.34, seed: 0.44, residual: 0.57, familySeed: 0.18 } as const;

/** Scatter of a family's candidates in the order in which they are trained: the design of the plan. */
function levelOf(turn: number, top: number): number {
  const middle = (RANDOM_LEVEL + top) / 2;
  return [RANDOM_LEVEL, top, 0.3, RANDOM_LEVEL, top, middle, 0.45, top][turn % 8];
}

export interface Design {
  readonly candidates: number;
  /** seeds of every candidate, and of every third */
  readonly seeds: number;
  readonly everyThird: number;
  /** besides the random family */
  readonly families: number;
  /** the first half of the families have three times as many candidates as the others */
  readonly isUneven?: boolean;
  /** seed after seed, until the answer is there */
  readonly isAdaptive?: boolean;
}

/** Of mean 0 and standard deviation 1. */
function noiseOf({ isHeavyTailed = false }: World, draws: Random): number {
  const normal = draws.normal();
  if (!isHeavyTailed) return normal;
  const squares = draws.normal() ** 2 + draws.normal() ** 2 + draws.normal() ** 2;
  return normal / Math.sqrt(squares);
}

/** Family of every place of a plan: all of them, one after the other, or uneven. */
function familyOrder(families: number, isUneven: boolean): number[] {
  const all = Array.from({ length: families }, (_, f) => f);
  const half = all.slice(0, Math.ceil(families / 2));
  return isUneven ? [...all, ...half, ...half] : all;
}

/** One study of a world. Accuracies are fractions. */
export function study(world: World, design: Design, random: Random): Observation[] {
  const families = world.randomOnly ? 1 : design.families + 1;
  const tops = Array.from({ length: families }, (_, f) =>
    f === 0 ? RANDOM_LEVEL : [1, 1, 0.97, 0.99, 0.95][(f - 1) % 5],
  );
  const gains = world.gains(families, random.fork(1));
  const draws = random.fork(2);
  const means = tops.map(() => world.apart * draws.normal());
  const seeds = Math.max(design.seeds, design.everyThird);
  const seedEffects = Array.from({ length: seeds }, () => spreads.seed * draws.normal());
  const familySeeds = tops.map(() => Array.from({ length: seeds }, () => spreads.familySeed * draws.normal()));
  const order = familyOrder(families, design.isUneven ?? false);
  const turns = tops.map(() => 0);
  return Array.from({ length: design.candidates }, (_, candidate): Observation => {
    const f = order[candidate % order.length];
    const turn = turns[f]++;
    const scatter =
      f === 0 ? RANDOM_LEVEL + 0.01 * draws.normal() : levelOf(turn, tops[f]) + 0.012 * (draws.float() - 0.5);
    const spread = world.isSpreadGrowing === true ? 0.4 + (1.2 * (scatter - 0.3)) / 0.7 : 1;
    const truth =
      means[f] +
      (gains[f] * (scatter - RANDOM_LEVEL)) / (TOP - RANDOM_LEVEL) +
      (world.shape?.(scatter) ?? 0) +
      spread * spreads.pattern * noiseOf(world, draws);
    const own = candidate % 3 === 0 ? design.everyThird : design.seeds;
    const accuracies = Array.from({ length: seeds }, (_, seed) => {
      const noise = spread * spreads.residual * noiseOf(world, draws);
      return seed < own ? 0.9 + (truth + seedEffects[seed] + familySeeds[f][seed] + noise) / 100 : null;
    });
    return { candidate: candidate + 1, family: `family-${f}`, scatter, accuracies };
  });
}

const same = (gain: number) => (families: number) => Array.from({ length: families }, () => gain);

/** Worlds with what must hold in each: see `limits` in main.ts. */
export const worlds: readonly World[] = [
  { name: 'null, families 0 apart', gains: same(0), apart: 0 },
  { name: 'null, families 1 apart', gains: same(0), apart: 1 },
  { name: 'null, families 3 apart', gains: same(0), apart: 3 },
  { name: 'gain .5, the margin', gains: same(0.5), apart: 1 },
  { name: 'gain 1', gains: same(1), apart: 1 },
  { name: 'random only, gain 3', gains: same(3), apart: 0, randomOnly: true },
  { name: 'null, heavy tails', gains: same(0), apart: 1, isHeavyTailed: true },
  { name: 'null, noise grows with scatter', gains: same(0), apart: 1, isSpreadGrowing: true },
  { name: 'gain 1, heavy tails', gains: same(1), apart: 1, isHeavyTailed: true },
  { name: 'gain 1, noise grows with scatter', gains: same(1), apart: 1, isSpreadGrowing: true },
  {
    name: 'slopes differ',
    isRandomGain: true,
    gains: (n, random) => Array.from({ length: n }, () => random.normal()),
    apart: 1,
  },
  { name: 'one family carries it', gains: (n) => Array.from({ length: n }, (_, f) => (f === 1 ? 3 : 0)), apart: 1 },
  {
    name: 'peak at .45',
    gains: same(0),
    shape: (s) => -3 * (s < 0.45 ? (0.45 - s) / 0.15 : (s - 0.45) / 0.55),
    apart: 1,
  },
];
