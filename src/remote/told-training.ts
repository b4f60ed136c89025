import type { TrainingProgress } from '../training/snapshot.ts';
import {
  bestEpochOf,
  type EpochResult,
  type JunctionWeights,
  type ResumedTraining,
  type RunsOn,
  type TrainingEvent,
  type TrainingJob,
  type TrainingSettings,
} from '../training/trainer.ts';
import type { ToldEvent, TrainingProgressBody, TrainingResultBody } from './training-wire.ts';

/**
 * Snapshots whose places are remembered: a worker may go on from one that is not the newest any more. Beside them, that of the one that
 * is there for who comes next, and that which the run goes on from that is told.
 */
const MOST_PLACES = 8;

type Place = NonNullable<TrainingResultBody['resumed']>;
const keyOf = ({ epoch, batches }: Place) => `${epoch}.${batches}`;

interface ToldRun {
  readonly token: string;
  /** place of the snapshot that it went on from; null: it began at epoch 1 */
  readonly from: string | null;
  /** epochs before that place */
  readonly base: readonly EpochResult[];
  epochs: EpochResult[];
  words: number;
}

/** What came of a job's end: what is to be told, or why it is of no use. */
export type ToldEnd = { readonly events: readonly TrainingEvent[] } | { readonly fault: string };

/**
 * One training as a study hears of it: words of its runs, by one worker or by several after each other, some of them missing, become the
 * events that a trainer tells. A run that is not the one heard before begins with a 'started' of its own.
 */
export class ToldTraining {
  readonly job: TrainingJob;
  readonly #settings: TrainingSettings;
  readonly #runsOn: RunsOn;
  /** epochs before the places of snapshots that the study has, by `keyOf` */
  readonly #places = new Map<string, readonly EpochResult[]>();
  /** place of the snapshot that is there for who comes next */
  #putUp: string | null = null;
  /** the run that is told, as far as it is */
  #run: ToldRun | null = null;

  constructor(job: TrainingJob, settings: TrainingSettings, runsOn: RunsOn) {
    this.job = job;
    this.#settings = settings;
    this.#runsOn = runsOn;
  }

  /** The study has a snapshot that stands there. */
  hasSnapshot({ epoch, batches, epochs }: TrainingProgress): void {
    this.#places.set(keyOf({ epoch, batches }), epochs);
    const passing = [...this.#places.keys()].filter((place) => place !== this.#putUp && place !== this.#run?.from);
    for (const oldest of passing.slice(0, -MOST_PLACES)) this.#places.delete(oldest);
  }

  /** The snapshot that stands there, which the study has, is there for who comes next. */
  putUp(place: Place): void {
    this.#putUp = keyOf(place);
  }

  /** What a progress adds; nothing where words before it are missing, or it makes no sense. */
  progress({ run, from, events }: TrainingProgressBody): TrainingEvent[] {
    if (this.#run?.token !== run) {
      if (from > 0 || events[0]?.kind !== 'started') return [];
      const begun = this.#begin(run, events[0]);
      return begun === null ? [] : [begun, ...this.#more(0, events)];
    }
    return this.#more(from, events);
  }

  #more(from: number, events: readonly ToldEvent[]): TrainingEvent[] {
    const told = this.#run;
    if (told === null || from > told.words) return [];
    const fresh: TrainingEvent[] = [];
    for (const event of events.slice(told.words - from)) {
      if (event.kind !== 'epoch') break;
      const epoch = { ...event, loss: event.loss ?? Number.NaN, accuracy: event.accuracy ?? Number.NaN };
      if (this.#epochFault(told.epochs.at(-1) ?? told.base.at(-1), epoch) !== null) break;
      told.words += 1;
      const { kind: _, ...result } = epoch;
      told.epochs.push(result);
      fresh.push({ kind: 'epoch', job: this.job.id, ...result });
    }
    return fresh;
  }

  #begin(token: string, { device, resumed }: Pick<Extract<ToldEvent, { kind: 'started' }>, 'device' | 'resumed'>) {
    const from = resumed === null ? null : keyOf(resumed);
    const base = from === null ? [] : this.#places.get(from);
    if (base === undefined) return null;
    this.#run = { token, from, base, epochs: [], words: 1 };
    const gone: { resumed?: ResumedTraining } = resumed === null ? {} : { resumed: { ...resumed, epochs: base } };
    const event: TrainingEvent = { kind: 'started', job: this.job.id, ...this.#runsOn, device, ...gone };
    return event;
  }

  #epochFault(before: EpochResult | undefined, { epoch, ...values }: EpochResult): string | null {
    const { score, engine } = this.#runsOn;
    const { epochs } = this.#settings;
    // A trainer of the user's own that tells no epochs is told of by the last one alone.
    const isOnly = engine === 'command' && before === undefined && epoch === epochs;
    const isNext = epoch === (before?.epoch ?? 0) + 1 && epoch <= epochs;
    if (!isNext && !isOnly) return `epoch ${epoch} is out of order`;
    const isFraction = (value: number) => value >= 0 && value <= 1;
    const isMeasured = score === undefined ? isFraction : Number.isFinite;
    const isKnown = (value: number) => engine === 'command' && Number.isNaN(value);
    if (!isMeasured(values.validationAccuracy)) return `epoch ${epoch} has no validation accuracy`;
    if (!isMeasured(values.accuracy) && !isKnown(values.accuracy)) return `epoch ${epoch} has no training accuracy`;
    return Number.isFinite(values.loss) || isKnown(values.loss) ? null : `epoch ${epoch} has no loss`;
  }

  /**
   * A run's end, checked.
   * @param epochs of that run
   * @param weights where they were asked for and came
   */
  end(body: TrainingResultBody, epochs: readonly EpochResult[], weights?: readonly JunctionWeights[]): ToldEnd {
    const base = body.resumed === null ? [] : this.#places.get(keyOf(body.resumed));
    if (base === undefined) return { fault: 'it went on from a snapshot that is not known here' };
    const all = [...base, ...epochs];
    const fault = this.#endFault(body, base, epochs) ?? this.#resultFault(body, all.at(-1), weights);
    if (fault !== null) return { fault };
    const events: TrainingEvent[] = [];
    if (this.#run?.token !== body.run) events.push(this.#begin(body.run, body) as TrainingEvent);
    const told = this.#run?.epochs.length ?? 0;
    for (const epoch of epochs.slice(told)) events.push({ kind: 'epoch', job: this.job.id, ...epoch });
    const { status, reason, testAccuracy, samplesPerSecond, durationMs, device } = body;
    events.push({
      ...{ kind: 'result', job: this.job.id, ...this.#runsOn, device, status, reason, testAccuracy },
      ...{ bestEpoch: bestEpochOf(all, this.#runsOn.score), samplesPerSecond, durationMs },
      ...(weights === undefined ? {} : { weights }),
      ...(body.workerLost ? { workerLost: true as const } : {}),
    });
    return { events };
  }

  #endFault({ run }: TrainingResultBody, base: readonly EpochResult[], epochs: readonly EpochResult[]): string | null {
    let before = base.at(-1);
    for (const epoch of epochs) {
      const fault = this.#epochFault(before, epoch);
      if (fault !== null) return fault;
      before = epoch;
    }
    const told = this.#run?.token === run ? this.#run.epochs : [];
    const differs = told.find(
      ({ epoch, loss }, at) => epochs[at]?.epoch !== epoch || !Object.is(epochs[at].loss, loss),
    );
    return differs === undefined ? null : `epoch ${differs.epoch} was told otherwise before`;
  }

  #resultFault(
    { status, reason, testAccuracy, workerLost }: TrainingResultBody,
    last: EpochResult | undefined,
    weights: readonly JunctionWeights[] | undefined,
  ): string | null {
    if (status === 'stopped') return 'it was stopped, and nobody here stopped it';
    if (status !== 'finished') {
      if (workerLost) return reason ?? 'what trained it was lost';
      return testAccuracy === null && reason !== null ? null : `it is ${status} and has an accuracy, or no reason`;
    }
    if (reason !== null || testAccuracy === null) return 'it is finished and has a reason, or no accuracy';
    const isOwn = this.#runsOn.engine === 'command';
    if (this.#runsOn.score === undefined && !(testAccuracy >= 0 && testAccuracy <= 1)) {
      return `its accuracy is ${testAccuracy}`;
    }
    if (!isOwn && last?.epoch !== this.#settings.epochs) {
      return `it is finished after epoch ${last?.epoch ?? 0} of ${this.#settings.epochs}`;
    }
    // A trainer of the user's own need not give any.
    if (this.job.wantWeights === true && weights === undefined && !isOwn) return 'its weights did not come';
    const areFinite = (values: Float32Array) => values.every(Number.isFinite);
    const whole = weights?.every((junction) => areFinite(junction.weights) && areFinite(junction.biases)) ?? true;
    return whole ? null : 'it is finished, and its weights are not finite numbers';
  }
}
