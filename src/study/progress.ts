import type { Budget, SearchProgress } from '../search/events.ts';
import type { TrainingEvent } from '../training/trainer.ts';
import { Pace, type Range } from './pace.ts';

/** How fast a search goes and what is left of its budget; a search may always end before its budget does. */
export interface SearchPace {
  /** of late; null where too little was seen */
  readonly candidatesPerSecond: number | null;
  /** until the budget is spent; of a budget by time both ends are the same */
  readonly secondsLeft: Range | null;
  /** until the budget is spent; of a budget by number both ends are the same */
  readonly candidatesLeft: Range | null;
}

const exactly = (value: number): Range => ({ low: value, high: value });

/** Tells the pace of one search from its totals as they come. */
export class SearchPaceMeter {
  readonly #budget: Budget;
  readonly #pace = new Pace();

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  of({ evaluated, seconds }: Pick<SearchProgress, 'evaluated' | 'seconds'>): SearchPace {
    this.#pace.add(1000 * seconds, evaluated);
    const candidatesPerSecond = this.#pace.perSecond;
    if (this.#budget.kind === 'time') {
      const left = Math.max(0, this.#budget.seconds - seconds);
      return { candidatesPerSecond, secondsLeft: exactly(left), candidatesLeft: this.#pace.unitsIn(left) };
    }
    const left = Math.max(0, this.#budget.candidates - evaluated);
    return { candidatesPerSecond, secondsLeft: this.#pace.secondsFor(left), candidatesLeft: exactly(left) };
  }
}

/** Where all trainings of a study stand, over all candidates and seeds of its plan. */
export interface TrainingPace {
  /** ended so far, however; those of earlier runs included */
  readonly ended: number;
  /** of the whole plan */
  readonly planned: number;
  readonly running: number;
  /** of all epochs of the plan, 0 to 1; an ended training counts whole */
  readonly share: number;
  /** of late, over all trainings at once; null where too little was seen */
  readonly epochsPerSecond: number | null;
  /** until all of the plan is trained; null where too little was seen */
  readonly secondsLeft: Range | null;
  /** an adaptive plan ends once the answer is there, at the latest after all of it */
  readonly mayEndEarlier: boolean;
}

export interface TrainingsPlanned {
  readonly trainings: number;
  readonly epochs: number;
  readonly mayEndEarlier?: boolean;
}

interface RunningTraining {
  readonly sinceMs: number;
  /** epochs that an earlier run had done */
  readonly before: number;
  readonly epoch: number;
}

/** Tells where trainings stand from their events as they come. */
export class TrainingProgressMeter {
  readonly #pace = new Pace();
  readonly #running = new Map<string, RunningTraining>();
  readonly #mayEndEarlier: boolean;
  readonly #epochs: number;
  readonly #planned: number;
  #ended = 0;
  /** epochs done in this run; those of a training that ended early count in full, for nothing is left of them */
  #done = 0;
  #epochSeconds: Range | null = null;

  constructor({ trainings, epochs, mayEndEarlier = false }: TrainingsPlanned) {
    this.#planned = trainings;
    this.#epochs = Math.max(1, epochs);
    this.#mayEndEarlier = mayEndEarlier;
  }

  /** Trainings that earlier runs ended. */
  knew(trainings: number): void {
    this.#ended += trainings;
  }

  add(name: string, event: TrainingEvent, atMs: number): void {
    if (event.kind === 'started') {
      const before = event.resumed?.epochs.length ?? 0;
      this.#running.set(name, { sinceMs: atMs, before, epoch: before });
      this.#pace.add(atMs, this.#done);
      return;
    }
    const known = this.#running.get(name) ?? { sinceMs: atMs, before: 0, epoch: 0 };
    if (event.kind === 'epoch') this.#addEpoch(name, known, event.epoch, atMs);
    else this.#end(name, known, event.status, atMs);
  }

  progress(): TrainingPace {
    const running = [...this.#running.values()];
    const begun = running.reduce((total, { epoch }) => total + Math.min(1, epoch / this.#epochs), 0);
    const all = Math.max(this.#planned, this.#ended + running.length);
    return {
      ...{ ended: this.#ended, planned: all, running: running.length, mayEndEarlier: this.#mayEndEarlier },
      share: all === 0 ? 0 : Math.min(1, (this.#ended + begun) / all),
      epochsPerSecond: this.#pace.perSecond,
      secondsLeft: this.#secondsLeft(all, running),
    };
  }

  #addEpoch(name: string, known: RunningTraining, epoch: number, atMs: number): void {
    // A training that goes on begins after the epochs that an earlier run did.
    const before = known.epoch === 0 ? epoch - 1 : known.before;
    this.#done += Math.max(0, epoch - Math.max(known.epoch, before));
    this.#running.set(name, { ...known, before, epoch });
    const own = (atMs - known.sinceMs) / 1000 / Math.max(1, epoch - before);
    const { low = own, high = own } = this.#epochSeconds ?? {};
    this.#epochSeconds = { low: Math.min(low, own), high: Math.max(high, own) };
    this.#pace.add(atMs, this.#done);
  }

  #end(name: string, { epoch }: RunningTraining, status: string, atMs: number): void {
    this.#running.delete(name);
    // One that was stopped is still to be done.
    if (status === 'stopped') return;
    this.#ended += 1;
    this.#done += Math.max(0, this.#epochs - epoch);
    this.#pace.add(atMs, this.#done);
  }

  #secondsLeft(all: number, running: readonly RunningTraining[]): Range | null {
    const waiting = Math.max(0, all - this.#ended - running.length);
    const own = running.map(({ epoch }) => Math.max(0, this.#epochs - epoch));
    const range = this.#pace.secondsFor(waiting * this.#epochs + own.reduce((total, left) => total + left, 0));
    if (range === null || this.#epochSeconds === null) return range;
    // However many run at once, one training takes its time.
    const longest = waiting > 0 ? this.#epochs : Math.max(0, ...own);
    return {
      low: Math.max(range.low, longest * this.#epochSeconds.low),
      high: Math.max(range.high, longest * this.#epochSeconds.high),
    };
  }
}
