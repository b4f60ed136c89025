import type { SearchProgress } from '../search/events.ts';
import type { StudyEvent } from '../study/events.ts';

/** One island as it is watched: what it has done, and how its best came to be. */
export interface IslandState {
  readonly strategy: string;
  /** S wanted; null for the highest */
  readonly target: number | null;
  readonly evaluated: number;
  readonly best: number | null;
  /** S of its best at equal distances of time, oldest first; fewer than MOST_POINTS */
  readonly course: readonly number[];
}

export interface IslandsState {
  readonly islands: readonly IslandState[];
  /** between two points of the courses */
  readonly everyMs: number;
  /** time of the latest points */
  readonly atMs: number;
}

export const initialIslandsState: IslandsState = { islands: [], everyMs: 250, atMs: Number.NEGATIVE_INFINITY };

/** Odd, so that halving keeps both ends. */
const MOST_POINTS = 65;

type SearchPhase = Extract<StudyEvent, { kind: 'phase'; phase: 'search' }>;

export function beginIslands({ islands }: SearchPhase, target: number | null): IslandsState {
  return {
    ...initialIslandsState,
    islands: islands.map((island) => ({
      ...{ strategy: island.strategy, target: island.target === undefined ? target : island.target },
      ...{ evaluated: 0, best: null, course: [] },
    })),
  };
}

/** Half the points, at twice the distance, the first and the latest among them: a course always goes back to the beginning. */
function thinned(state: IslandsState): IslandsState {
  const islands = state.islands.map((island) => ({ ...island, course: island.course.filter((_, at) => at % 2 === 0) }));
  return { ...state, islands, everyMs: 2 * state.everyMs };
}

/** Where nothing is told of islands (a validation makes its patterns by strategy), a strategy is shown in their place. */
function byStrategy(state: IslandsState, strategies: SearchProgress['strategies']): IslandsState {
  const known = new Map(state.islands.map((island) => [island.strategy, island]));
  const islands = strategies.map(({ name }): IslandState => {
    const course = known.get(name)?.course ?? [];
    return { strategy: name, target: null, evaluated: 0, best: null, course };
  });
  return { ...state, islands };
}

export function reduceIslands(before: IslandsState, atMs: number, progress: SearchProgress): IslandsState {
  const state = progress.islands === undefined ? byStrategy(before, progress.strategies) : before;
  const totals = progress.islands ?? progress.strategies;
  if (totals.length !== state.islands.length) return state;
  const due = atMs - state.atMs >= state.everyMs;
  const islands = state.islands.map((island, index): IslandState => {
    const { evaluated, best } = totals[index];
    const course = due && best !== null ? [...island.course, best] : island.course;
    return { ...island, evaluated, best, course };
  });
  const next = { ...state, islands, atMs: due ? atMs : state.atMs };
  return islands.some(({ course }) => course.length >= MOST_POINTS) ? thinned(next) : next;
}
