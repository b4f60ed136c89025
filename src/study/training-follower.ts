import type { EvaluationRecord, Store, StudyRecord } from '../store/index.ts';
import { storedEpochs } from '../training/settings-schema.ts';
import { bestEpochOf, type TrainingEvent } from '../training/trainer.ts';
import type { UntimedEvent } from './host.ts';
import { TrainingProgressMeter } from './progress.ts';

/** A training that was running when it was last looked at. */
interface OpenTraining {
  readonly epochs: number;
}

const jobOf = ({ candidate, seed }: EvaluationRecord) => `${candidate}/${seed}`;

/** Tells the trainings of a study of another process by their events, made from what the store holds. */
export class TrainingFollower {
  readonly #store: Store;
  readonly #study: StudyRecord;
  readonly #planned: number | null;
  readonly #open = new Map<number, OpenTraining>();
  readonly #known: EvaluationRecord[] = [];
  #meter: TrainingProgressMeter | null = null;
  #last = 0;

  /** @param planned trainings of the plan; null where there is none */
  constructor(store: Store, study: StudyRecord, planned: number | null) {
    this.#store = store;
    this.#study = study;
    this.#planned = planned;
  }

  /** Every training as it was first seen. */
  get known(): readonly EvaluationRecord[] {
    return this.#known;
  }

  /** most epochs that a training was seen to have */
  get epochs(): number {
    return Math.max(1, ...this.#known.map(({ epochs }) => epochs.length));
  }

  news(): UntimedEvent[] {
    const news = { after: this.#last, ids: [...this.#open.keys()] };
    const rows = [...this.#store.evaluations(this.#study.id, { news })].sort((a, b) => a.id - b.id);
    const isFirst = this.#known.length === 0;
    const events = rows.flatMap((row) => this.#eventsOf(row));
    if (events.length === 0) return [];
    this.#measure(rows, events, isFirst);
    const told = events.map(
      ({ row: { candidate, seed }, event }) => ({ kind: 'training', candidate, seed, event }) as const,
    );
    const progress = this.#meter?.progress();
    return progress === undefined ? told : [...told, { kind: 'training-progress', progress }];
  }

  #eventsOf(row: EvaluationRecord): { readonly row: EvaluationRecord; readonly event: TrainingEvent }[] {
    const job = jobOf(row);
    const { engine, backend, device, status, reason, testAccuracy, samplesPerSecond, durationMs, score } = row;
    const runsOn = { engine, backend, device, ...(score == null ? {} : { score }) } as Extract<
      TrainingEvent,
      { kind: 'started' }
    >;
    const before = this.#open.get(row.id);
    const events: TrainingEvent[] = before === undefined ? [{ ...runsOn, kind: 'started', job }] : [];
    if (before === undefined) this.#known.push(row);
    for (const epoch of row.epochs.slice(before?.epochs ?? 0)) events.push({ kind: 'epoch', job, ...epoch });
    this.#last = Math.max(this.#last, row.id);
    if (status === 'running') this.#open.set(row.id, { epochs: row.epochs.length });
    else {
      this.#open.delete(row.id);
      events.push({
        ...{ ...runsOn, kind: 'result', job, status, reason, testAccuracy, bestEpoch: bestEpochOf(row.epochs, score) },
        ...{ samplesPerSecond: samplesPerSecond ?? 0, durationMs: durationMs ?? 0 },
      });
    }
    return events.map((event) => ({ row, event }));
  }

  /** Trainings that were over when they were first seen tell nothing of the pace; those that ran then are taken to have been even. */
  #measure(
    rows: readonly EvaluationRecord[],
    events: readonly { readonly row: EvaluationRecord; readonly event: TrainingEvent }[],
    isFirst: boolean,
  ): void {
    this.#meter ??= this.#newMeter(rows[0]);
    const ended = isFirst ? rows.filter(({ status }) => status === 'finished' || status === 'diverged') : [];
    this.#meter.knew(ended.length);
    const nowMs = Date.now();
    const timed = events
      .filter(({ row }) => !(isFirst && row.status !== 'running'))
      .map(({ row, event }) => ({ row, event, atMs: isFirst ? evenTime(row, event, nowMs) : nowMs }));
    for (const { row, event, atMs } of timed.sort((a, b) => a.atMs - b.atMs)) this.#meter.add(jobOf(row), event, atMs);
  }

  #newMeter(row: EvaluationRecord): TrainingProgressMeter {
    const origin = { what: 'training settings', storedBy: this.#study.version };
    const epochs = storedEpochs(row.trainingSettings, origin);
    return new TrainingProgressMeter({ trainings: this.#planned ?? 0, epochs: epochs.ok ? epochs.value : 1 });
  }
}

function evenTime({ startedAt, epochs }: EvaluationRecord, event: TrainingEvent, nowMs: number): number {
  const from = Date.parse(startedAt);
  if (event.kind === 'started') return from;
  return event.kind === 'epoch' ? from + (event.epoch * (nowMs - from)) / Math.max(1, epochs.length) : nowMs;
}
