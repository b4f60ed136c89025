import { InvalidValueError } from '../base/caller-errors.ts';

/** What makes one family: a strategy, and a kind of start where it has several. */
export interface FamilySpec {
  readonly strategy: string;
  readonly start?: string;
}

/** One candidate that the plan wants: of which family, at which level of scatter. */
export interface PlannedCandidate extends FamilySpec {
  /** S wanted; null: as the family draws it */
  readonly target: number | null;
}

export interface DesignRequest {
  /** number of candidates */
  readonly candidates: number;
  /** families that can be moved to a wanted scatter, best first: as many are used as give each of them enough candidates */
  readonly movable: readonly FamilySpec[];
  /** the family of random patterns, which keeps its first draws */
  readonly random: FamilySpec;
  /** mean scatter of random patterns; the highest and lowest scatter that degrees and windows allow */
  readonly randomLevel: number;
  readonly top: number;
  readonly floor: number;
  /** levels from the random level up alone: nothing is asked about lower scatter */
  readonly topOnly: boolean;
}

/** Candidates that a family needs to say something of its own. */
const LEAST_IN_FAMILY = 5;

/** Two levels below the random one: where scatter is far from what chance gives. */
const LOW_LEVELS = [0.3, 0.45] as const;

/**
 * Levels of scatter in the order in which a family's candidates take them (verdict-rule, "Design"): three of four at or above the
 * random level, so that both questions have evidence, and the range is covered early if a study ends before all are trained.
 * Where the random level lies so low that .3 and .45 do not lie below it, two levels between the lowest and it take their place.
 */
export function levelsOf({
  randomLevel,
  top,
  floor,
  topOnly,
}: Omit<DesignRequest, 'candidates' | 'movable' | 'random'>): number[] {
  const middle = (randomLevel + top) / 2;
  if (topOnly) return [randomLevel, top, middle, top];
  const below = (share: number) => floor + share * (randomLevel - floor);
  const [far, near] = LOW_LEVELS.map((level, index) => {
    const fits = level > floor && level < randomLevel - 0.1;
    return fits ? level : below(index === 0 ? 0.15 : 0.5);
  });
  return [randomLevel, top, far, randomLevel, top, middle, near, top];
}

/** Number of families among which this number of candidates is shared, the random one included. */
const familiesFor = (candidates: number, movable: number) =>
  1 + Math.max(1, Math.min(movable, Math.floor(candidates / LEAST_IN_FAMILY) - 1));

/**
 * The candidates of a plan: scatter crossed with family. Families take turns, so that any beginning of the plan is spread over all
 * of them; each takes the levels in turn. @throws RangeError for fewer than two candidates or no movable family
 */
export function planCandidates(request: DesignRequest): PlannedCandidate[] {
  const { candidates, movable, random } = request;
  if (!Number.isSafeInteger(candidates) || candidates < 2) {
    throw new InvalidValueError(`a validation needs at least 2 candidates; got ${candidates}`);
  }
  if (movable.length === 0)
    throw new InvalidValueError('expected a family that can be moved to a wanted scatter; got none');
  const families = [random, ...movable].slice(0, familiesFor(candidates, movable.length));
  const levels = levelsOf(request);
  return Array.from({ length: candidates }, (_, place): PlannedCandidate => {
    const family = families[place % families.length];
    const turn = Math.floor(place / families.length);
    return { ...family, target: family === random ? null : levels[turn % levels.length] };
  });
}

/**
 * Seeds of a candidate, by its place: `seeds` of every one, `everyThird` of every third. Where the families that take turns are a
 * multiple of three, every third of all would be of the same families: there it is every third of each.
 */
export function seedsOf(place: number, seeds: number, everyThird: number, families: number): number[] {
  const turn = families % 3 === 0 ? Math.floor(place / families) : 0;
  const count = (place + turn) % 3 === 0 ? Math.max(seeds, everyThird) : seeds;
  return Array.from({ length: count }, (_, seed) => seed + 1);
}
