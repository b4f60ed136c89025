import { unwrap } from '../base/failure.ts';
import type { SearchProgress } from '../search/events.ts';
import type { EvaluationRecord, KeptCandidate, Store, StudyOwner, StudyRecord } from '../store/index.ts';
import { storedEpochs } from '../training/settings-schema.ts';
import type { StudyEvent } from './events.ts';
import type { UntimedEvent } from './host.ts';
import { SearchPaceMeter } from './progress.ts';
import { searchEndOf } from './search-end.ts';
import { type StudySettings, storedSettings } from './settings.ts';
import { TrainingFollower } from './training-follower.ts';
import { planSeeds } from './validation-plan.ts';
import { storedValidation } from './validation-result.ts';

/** Candidates that a board shows at most; of a study that keeps more, the best are told at first. */
const MOST_AT_FIRST = 300;

/** Where a followed study stands. */
export interface FollowedState {
  readonly study: StudyRecord;
  /** somebody works on it: it runs, or is trained further */
  readonly isLive: boolean;
  /** who worked on it and is gone without having ended it; null where nobody is */
  readonly lostOwner: StudyOwner | null;
}

/**
 * Tells a study that another process runs, or that is over, by the events that its own process would emit, made from what the store
 * holds: each call gives what is new since the last. Opened for reading, it never keeps the study waiting.
 */
export class StudyFollower {
  readonly #store: Store;
  readonly #id: number;
  readonly #createdMs: number;
  readonly #settings: StudySettings | null;
  readonly #training: TrainingFollower;
  readonly #searchPace: SearchPaceMeter | null;
  #isBegun = false;
  #phase: 'search' | 'train' | 'verdict' | null = null;
  #kept = 0;
  #lastKept = 0;
  #best: KeptCandidate | null = null;
  #totals: SearchProgress | null = null;
  #totalsAt: string | null = null;
  #told = '';
  #isOver = false;

  /** @throws ScattershotError where the study's settings cannot be read */
  constructor(store: Store, study: StudyRecord) {
    this.#store = store;
    this.#id = study.id;
    this.#createdMs = Date.parse(study.createdAt);
    // Of a pattern from a file there are no settings of a study: it is trained, and nothing else.
    this.#settings = study.kind === 'train' ? null : unwrap(storedSettings(study));
    this.#searchPace = this.#settings === null ? null : new SearchPaceMeter(this.#settings.budget);
    this.#training = new TrainingFollower(store, study, this.#planned());
  }

  /** @throws ScattershotError where the study was removed meanwhile, or the database cannot be read */
  state(): FollowedState {
    const study = unwrap(this.#store.getStudy(this.#id));
    const owner = this.#store.live.owner(this.#id);
    const isLive = study.status === 'running' || owner?.isAlive === true;
    return {
      study,
      isLive,
      lostOwner: owner !== null && !owner.isAlive && study.status === 'interrupted' ? owner : null,
    };
  }

  /** What is new, in order; the last event of a study that is over is 'study-ended'. */
  news({ study, isLive }: FollowedState): StudyEvent[] {
    const atMs = Math.max(0, (isLive ? Date.now() : Date.parse(study.updatedAt)) - this.#createdMs);
    if (this.#isOver) return [];
    const events: UntimedEvent[] = [...this.#begin(study), ...this.#search(study)];
    const trainings = this.#training.news();
    if (trainings.length > 0) events.push(...this.#enterTraining(study), ...trainings);
    if (!isLive) events.push(...this.#end(study));
    return events.map((event) => ({ atMs, ...event }) as StudyEvent);
  }

  #planned(): number | null {
    if (this.#settings?.training == null || this.#settings.validation === undefined) return null;
    return [...planSeeds(this.#settings).values()].reduce((total, seeds) => total + seeds.length, 0);
  }

  #begin(study: StudyRecord): UntimedEvent[] {
    if (this.#isBegun || this.#settings === null) return [];
    this.#isBegun = true;
    const { islands, budget, patience = null } = this.#settings;
    this.#phase = 'search';
    return [
      {
        ...{ kind: 'study-started', study: study.name, id: study.id, resumed: false, settings: this.#settings },
        ...{ entryKeys: study.entryKeys, workers: null, database: this.#store.path },
      },
      { kind: 'phase', phase: 'search', islands, budget, patience },
    ];
  }

  #search(study: StudyRecord): UntimedEvent[] {
    if (this.#settings === null) return [];
    const candidates = this.#newCandidates();
    for (const candidate of candidates) this.#consider(candidate);
    const progress = this.#progress(study);
    const told = JSON.stringify(progress);
    const isNew = told !== this.#told && this.#phase === 'search' && this.#searchPace !== null;
    this.#told = told;
    return [
      ...(candidates.length === 0 ? [] : [{ kind: 'candidates-kept', candidates } as const]),
      ...(isNew && this.#searchPace !== null
        ? [{ kind: 'search-progress', progress, pace: this.#searchPace.of(progress) } as const]
        : []),
    ];
  }

  #newCandidates(): readonly KeptCandidate[] {
    const { live } = this.#store;
    const count = live.count(this.#id);
    if (count === this.#kept) return [];
    const isFirst = this.#kept === 0;
    this.#kept = count;
    const found =
      isFirst && count > MOST_AT_FIRST
        ? live.bestKept(this.#id, this.#settings?.target ?? null, MOST_AT_FIRST)
        : // Candidates of a plan come in any order of their numbers.
          live.keptAfter(this.#id, this.#settings?.validation === undefined ? this.#lastKept : 0);
    this.#lastKept = Math.max(this.#lastKept, ...found.map(({ number }) => number));
    return found;
  }

  #consider(candidate: KeptCandidate): void {
    const target = this.#settings?.target ?? null;
    const worth = ({ scatter }: KeptCandidate) => (target === null ? scatter : -Math.abs(scatter - target));
    if (this.#best === null || worth(candidate) > worth(this.#best)) this.#best = candidate;
  }

  /** As the search stored it with its last round; a plan's candidates have no rounds, and are counted. */
  #progress({ evaluated, searchSeconds: seconds }: StudyRecord): SearchProgress {
    const stored = this.#store.live.searchTotals(this.#id, this.#totalsAt);
    if (stored !== null) {
      const { round, evaluated, duplicates, swaps, seconds, best, strategies } = stored.totals as SearchProgress;
      this.#totals = { round, evaluated, duplicates, swaps, seconds, best, strategies };
      this.#totalsAt = stored.storedAt;
    }
    if (this.#totals !== null) return this.#totals;
    const best = this.#best;
    const shown = best === null ? null : { number: best.number, strategy: best.strategy, scatter: best.scatter };
    return { round: 0, evaluated, duplicates: 0, swaps: 0, seconds, best: shown, strategies: [] };
  }

  #enterTraining(study: StudyRecord): UntimedEvent[] {
    if (this.#phase === 'train') return [];
    this.#phase = 'train';
    const rows = this.#training.known;
    const first = rows[0] as EvaluationRecord;
    const read = storedEpochs(first.trainingSettings, { what: 'training settings', storedBy: study.version });
    const planned = this.#settings?.validation?.planned.length ?? null;
    const candidates =
      planned === null
        ? [...new Set(rows.map(({ candidate }) => candidate))]
        : Array.from({ length: planned }, (_, place) => place + 1);
    return [
      {
        ...{ kind: 'phase', phase: 'train', study: study.name, architecture: study.architecture },
        ...{ dataset: first.dataset, candidates, epochs: read.ok ? read.value : this.#training.epochs },
        seeds: [...new Set(rows.map(({ seed }) => seed))],
      },
    ];
  }

  #end(study: StudyRecord): UntimedEvent[] {
    this.#isOver = true;
    const why = searchEndOf(study);
    const verdict = study.kind === 'validate' || study.kind === 'demo' ? storedValidation(study) : null;
    const status = study.status === 'running' ? 'interrupted' : study.status;
    return [
      ...(why === null ? [] : [{ kind: 'search-ended', why } as const]),
      ...(verdict?.ok
        ? [{ kind: 'verdict', verdict: verdict.value.verdict, meaning: verdict.value.meaning } as const]
        : []),
      { kind: 'study-ended', status, failure: null },
    ];
  }
}
