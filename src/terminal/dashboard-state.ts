import type { SearchEnding } from '../search/events.ts';
import { compareCandidates } from '../search/ranking.ts';
import type { PhaseName, ShownCandidate, StudyEvent, StudyPhase } from '../study/events.ts';
import type { TrainingPace } from '../study/progress.ts';
import { warningText } from './event-text.ts';
import { type HostsState, initialHostsState, reduceHosts } from './hosts-state.ts';
import { beginIslands, type IslandsState, initialIslandsState, reduceIslands } from './island-state.ts';
import { addRecent, type RecentEvent } from './recent-events.ts';
import { initialSearchState, reduceSearch, type SearchState } from './search-state.ts';
import { initialTrainingState, reduceTraining, type TrainingState } from './training-state.ts';

type EventOf<Kind extends StudyEvent['kind']> = Extract<StudyEvent, { kind: Kind }>;

export interface BestCandidate {
  readonly number: number;
  readonly strategy: string;
  readonly scatter: number;
  /** null until the event with the candidate itself came */
  readonly vector: readonly number[] | null;
}

/** Everything that a dashboard shows, as a fold over the study's events. */
export interface DashboardState {
  /** time of the latest event, milliseconds since the study's process began it */
  readonly atMs: number;
  readonly study: Omit<EventOf<'study-started'>, 'kind' | 'atMs'> | null;
  readonly phase: StudyPhase | null;
  /** phases entered, in order, the present one last */
  readonly phases: readonly PhaseName[];
  readonly search: SearchState;
  readonly islands: IslandsState;
  readonly best: BestCandidate | null;
  /** candidates kept, best first; no more than KEPT_ROWS */
  readonly kept: readonly ShownCandidate[];
  /** why the search was over; null until it is */
  readonly searchEnd: SearchEnding | null;
  readonly selection: Omit<EventOf<'selected'>, 'kind' | 'atMs'> | null;
  readonly training: TrainingState;
  /** where all trainings of the plan stand; null before the first */
  readonly outlook: TrainingPace | null;
  readonly engine: { readonly engine: string; readonly backend: string; readonly device: string } | null;
  /** other machines; null without a queue, and before anything was heard */
  readonly hosts: HostsState | null;
  /** each once, oldest first */
  readonly warnings: readonly string[];
  /** what happened of late, oldest first */
  readonly recent: readonly RecentEvent[];
  readonly verdict: { readonly verdict: string; readonly meaning: string } | null;
  readonly end: Pick<EventOf<'study-ended'>, 'status' | 'failure'> | null;
}

/** More rows than a terminal has lines; a long search keeps thousands. */
const KEPT_ROWS = 200;
const WARNINGS_KEPT = 50;

export const initialDashboardState: DashboardState = {
  atMs: 0,
  study: null,
  phase: null,
  phases: [],
  search: initialSearchState,
  islands: initialIslandsState,
  best: null,
  kept: [],
  searchEnd: null,
  selection: null,
  training: initialTrainingState,
  outlook: null,
  engine: null,
  hosts: null,
  warnings: [],
  recent: [],
  verdict: null,
  end: null,
};

/** Each candidate once, the later event about it counting, in the study's own order. */
function rankCandidates({ study }: DashboardState, candidates: readonly ShownCandidate[]): ShownCandidate[] {
  const { target, order } = study?.settings ?? { target: null, order: [] };
  const compare = compareCandidates(target, order);
  return [...new Map(candidates.map((candidate) => [candidate.number, candidate])).values()].sort(compare);
}

function withWarning(state: DashboardState, event: StudyEvent): DashboardState {
  const warning = warningText(event);
  if (warning === null || state.warnings.includes(warning)) return state;
  return { ...state, warnings: [...state.warnings, warning].slice(-WARNINGS_KEPT) };
}

function keep(state: DashboardState, candidates: readonly ShownCandidate[]): DashboardState {
  const kept = rankCandidates(state, [...state.kept, ...candidates]).slice(0, KEPT_ROWS);
  const found = candidates.find((candidate) => candidate.number === state.best?.number);
  return { ...state, kept, best: found === undefined ? (state.best ?? kept[0] ?? null) : found };
}

function progress(state: DashboardState, event: EventOf<'search-progress'>): DashboardState {
  const { best } = event.progress;
  const search = reduceSearch(state.search, event);
  const islands = reduceIslands(state.islands, event.atMs, event.progress);
  if (best === null) return { ...state, search, islands };
  const vector =
    state.best?.number === best.number
      ? state.best.vector
      : (state.kept.find((candidate) => candidate.number === best.number)?.vector ?? null);
  return { ...state, search, islands, best: { ...best, vector } };
}

function training(state: DashboardState, event: EventOf<'training'>): DashboardState {
  const next = { ...state, training: reduceTraining(state.training, event) };
  if (event.event.kind === 'epoch') return next;
  const { engine, backend, device } = event.event;
  return { ...next, engine: state.engine ?? { engine, backend, device } };
}

function startStudy(event: EventOf<'study-started'>): DashboardState {
  const { kind: _kind, atMs, ...study } = event;
  return { ...initialDashboardState, atMs, study };
}

function select(state: DashboardState, event: EventOf<'selected'>): DashboardState {
  const { candidates, seeds, epochs } = event;
  return { ...state, selection: { candidates: rankCandidates(state, candidates), seeds, epochs } };
}

function enter(state: DashboardState, event: EventOf<'phase'>): DashboardState {
  const { kind: _kind, atMs: _atMs, ...phase } = event;
  const phases = [...state.phases.filter((name) => name !== phase.phase), phase.phase];
  const target = state.study?.settings.target ?? null;
  return { ...state, phases, phase, ...(event.phase === 'search' ? { islands: beginIslands(event, target) } : {}) };
}

function reduceKind(state: DashboardState, event: StudyEvent): DashboardState {
  switch (event.kind) {
    case 'study-started':
      return startStudy(event);
    case 'phase':
      return enter(state, event);
    case 'warning':
    case 'budget-spent':
    case 'strategy-refused':
    case 'island-failed':
    case 'island-slow':
    case 'search-forgets':
      return withWarning(state, event);
    case 'search-ended':
      return withWarning({ ...state, searchEnd: event.why }, event);
    case 'search-progress':
      return progress(state, event);
    case 'candidates-kept':
      return keep(state, event.candidates);
    case 'selected':
      return select(state, event);
    case 'dataset':
    case 'front':
    case 'plan':
    case 'strategy-print':
      return state;
    case 'engine':
      return { ...state, engine: { engine: event.engine, backend: event.backend, device: event.device } };
    case 'training':
      return training(state, event);
    case 'training-progress':
      return { ...state, outlook: event.progress };
    case 'host':
      return withWarning({ ...state, hosts: reduceHosts(state.hosts ?? initialHostsState, event) }, event);
    case 'verdict':
      return { ...state, verdict: { verdict: event.verdict, meaning: event.meaning } };
    case 'study-ended':
      return { ...state, end: { status: event.status, failure: event.failure } };
  }
}

/** The state after one more event. Pure, without a clock: all times are the events' own. */
export function reduceDashboard(state: DashboardState, event: StudyEvent): DashboardState {
  const next = reduceKind(state, event);
  const recent = addRecent(next.recent, event, state.best?.number ?? null);
  return { ...next, recent, atMs: Math.max(next.atMs, event.atMs) };
}
