import { styleText } from 'node:util';
import { scoreValueText } from '../base/number-text.ts';
import { plural } from '../base/plural.ts';
import type { MaybeScore } from '../base/score.ts';
import { describeArchitecture } from '../pattern/architecture.ts';
import { clockTime, fraction, percent, printable, shortNumber, words } from '../report/format.ts';
import type { SearchEnding } from '../search/events.ts';
import type { StudyEvent, StudyListener } from '../study/events.ts';
import type { StudySettings } from '../study/settings.ts';
import {
  budgetText,
  datasetText,
  endText,
  frontText,
  goesOnText,
  phaseText,
  planText,
  printedBy,
  searchOutlook,
  trainingOutlook,
  warningText,
} from './event-text.ts';
import { type HostsState, hostsText, hostText, initialHostsState, reduceHosts } from './hosts-state.ts';
import { progressShare } from './search-state.ts';

export interface PlainLogOptions {
  /** gets whole lines, each ended by a newline */
  write(text: string): void;
  readonly color: boolean;
  /** false where the locale is not UTF-8; default true */
  readonly unicode?: boolean;
  /** warnings and a bad end only */
  readonly quiet?: boolean;
  /** whether lines are written at this time; default: always */
  readonly isShown?: () => boolean;
  /** what stands before each line; default: the time since the study's process began it */
  readonly stamp?: () => string;
}

/** Progress of search or training is written at most this often, except a new best. */
const PROGRESS_EVERY_MS = 2000;

/** Where all trainings of the plan stand is written at most this often. */
const OUTLOOK_EVERY_MS = 10_000;

/** Bytes of a line at most: a message may quote anything. */
const MOST_LINE = 4000;

type EventOf<Kind extends StudyEvent['kind']> = Extract<StudyEvent, { kind: Kind }>;

interface LogLine {
  readonly text: string;
  readonly style?: 'bold' | 'yellow' | 'green';
}

function startLines(event: EventOf<'study-started'>): LogLine[] {
  const { architecture, metric, seed, budget } = event.settings;
  const setting = [
    ...[describeArchitecture(architecture), metric, `seed ${seed}`],
    ...(event.workers === null ? [] : [plural(event.workers, 'worker')]),
    `budget ${budgetText(budget)}`,
  ].join(', ');
  const resumed = event.resumed ? ' (resumed)' : '';
  return [
    { text: `study ${event.study}${resumed}: ${setting}`, style: 'bold' },
    ...(event.database === null ? [] : [{ text: `stored in ${event.database}` }]),
  ];
}

function selectedLine({ candidates, seeds, epochs }: EventOf<'selected'>): LogLine {
  return {
    text: `chosen ${plural(candidates.length, 'candidate')}, ${plural(seeds, 'seed')} each, ${plural(epochs, 'epoch')}`,
  };
}

const warningLines = (event: StudyEvent): LogLine[] => {
  const text = warningText(event);
  return text === null ? [] : [{ text: `warning: ${text}`, style: 'yellow' }];
};

const printedLines = (event: EventOf<'strategy-print'>): LogLine[] =>
  event.text.split('\n').map((line) => ({ text: `${printedBy(event)}: ${line}` }));

/** Turns events into lines; remembers only what is needed to write nothing twice. */
class PlainLines {
  #progressAtMs = Number.NEGATIVE_INFINITY;
  #outlookAtMs = Number.NEGATIVE_INFINITY;
  #settings: StudySettings | null = null;
  #searchEnd: SearchEnding | null = null;
  #bestNumber: number | null = null;
  #jobs: number | null = null;
  /** what the trainings are judged by; absent: accuracy */
  #score: MaybeScore = null;
  #ended = 0;
  #engine: string | null = null;
  /** null without a queue */
  #hosts: HostsState | null = null;
  #returned = { text: '', atMs: Number.NEGATIVE_INFINITY };

  of(event: StudyEvent): LogLine[] {
    switch (event.kind) {
      case 'study-started':
        this.#settings = event.settings;
        return startLines(event);
      case 'phase':
        this.#progressAtMs = Number.NEGATIVE_INFINITY;
        if (event.phase === 'twins' && this.#jobs !== null) this.#jobs += event.candidates.length;
        return [{ text: `${event.phase}: ${phaseText(event)}`, style: 'bold' }];
      case 'warning':
      case 'budget-spent':
      case 'strategy-refused':
      case 'island-failed':
      case 'island-slow':
      case 'search-forgets':
        return warningLines(event);
      case 'strategy-print':
        return printedLines(event);
      case 'search-ended':
        this.#searchEnd = event.why;
        return warningLines(event);
      case 'search-progress':
        return this.#searching(event);
      case 'candidates-kept':
        return [];
      case 'plan': {
        const [what, outlook] = planText(event.plan);
        this.#jobs = event.plan.trainings;
        return [{ text: `plan: ${what}`, style: 'bold' }, { text: outlook }];
      }
      case 'selected':
        this.#jobs ??= event.candidates.length * event.seeds;
        return [selectedLine(event)];
      case 'dataset':
        return [{ text: `data: ${datasetText(event.dataset)}`, style: 'bold' }];
      case 'engine':
        return this.#runsOn(event);
      case 'front':
        return [{ text: frontText(event) }];
      case 'training':
        return this.#training(event);
      case 'training-progress':
        return this.#trainings(event);
      case 'verdict':
        return [{ text: `verdict: ${words(event.verdict)}`, style: 'bold' }, { text: event.meaning }];
      case 'host':
        return this.#ofHost(event);
      case 'study-ended':
        return [...(this.#hosts === null ? [] : [{ text: `hosts: ${hostsText(this.#hosts)}` }]), this.#endLine(event)];
    }
  }

  #endLine(event: EventOf<'study-ended'>): LogLine {
    const reason = endText(event, this.#searchEnd, this.#settings);
    return {
      text: `${event.status}${reason === null ? '' : `: ${reason}`}`,
      style: event.status === 'finished' ? 'green' : 'yellow',
    };
  }

  #searching({ atMs, progress, pace }: EventOf<'search-progress'>): LogLine[] {
    const { best, evaluated, swaps } = progress;
    const better = best !== null && best.number !== this.#bestNumber;
    if (!better && atMs - this.#progressAtMs < PROGRESS_EVERY_MS) return [];
    this.#bestNumber = best?.number ?? null;
    this.#progressAtMs = atMs;
    const share = progressShare(progress, this.#settings?.budget ?? null);
    const done = `${plural(evaluated, 'candidate')}${share === null ? '' : ` (${percent(share, 0)})`}`;
    const top = best === null ? '' : `, best S ${fraction(best.scatter)} (#${best.number} ${best.strategy})`;
    const outlook = searchOutlook(pace, this.#settings?.budget ?? null);
    return [{ text: `${better ? 'new best' : 'searching'}: ${done}, ${shortNumber(swaps)} swaps${outlook}${top}` }];
  }

  #trainings({ atMs, progress }: EventOf<'training-progress'>): LogLine[] {
    const { ended, planned, running } = progress;
    if (ended === planned || running === 0 || atMs - this.#outlookAtMs < OUTLOOK_EVERY_MS) return [];
    this.#outlookAtMs = atMs;
    return [{ text: `trainings: ${trainingOutlook(progress)}` }];
  }

  #training({ atMs, candidate, seed, event }: EventOf<'training'>): LogLine[] {
    const name = `#${candidate} seed ${seed}`;
    if (event.kind === 'started') {
      const { resumed } = event;
      this.#score = event.score;
      const goesOn = resumed === undefined ? [] : [{ text: `training ${name} ${goesOnText(resumed)}` }];
      return [...this.#runsOn(event), ...goesOn];
    }
    if (event.kind === 'result') return [...this.#runsOn(event), this.#trained(name, event)];
    if (atMs - this.#progressAtMs < PROGRESS_EVERY_MS) return [];
    this.#progressAtMs = atMs;
    return [
      {
        text: `training ${name}: epoch ${event.epoch}, validation ${scoreValueText(event.validationAccuracy, this.#score)}`,
      },
    ];
  }

  #trained(name: string, result: Extract<EventOf<'training'>['event'], { kind: 'result' }>): LogLine {
    this.#ended += 1;
    const count = `(${this.#ended}${this.#jobs === null ? '' : ` of ${this.#jobs}`})`;
    if (result.status !== 'finished') {
      return { text: `${result.status} ${name}: ${result.reason ?? 'no reason given'} ${count}`, style: 'yellow' };
    }
    const rate = result.samplesPerSecond;
    const speed = rate > 0 ? `, ${shortNumber(rate)} samples/s` : '';
    return { text: `trained ${name}: test ${scoreValueText(result.testAccuracy, result.score, 2)}${speed} ${count}` };
  }

  /** A machine that is lost with many jobs is told of once. */
  #ofHost(event: EventOf<'host'>): LogLine[] {
    this.#hosts = reduceHosts(this.#hosts ?? initialHostsState, event);
    const text = hostText(event.event);
    if (text === null) return warningLines(event);
    const { atMs } = event;
    const before = this.#returned;
    if (event.event.kind === 'returned') this.#returned = { text, atMs };
    if (text === before.text && atMs - before.atMs < PROGRESS_EVERY_MS) return [];
    return [{ text, ...(event.event.kind === 'returned' ? { style: 'yellow' } : {}) }];
  }

  /** Written once, and again only when it changes. */
  #runsOn(on: { readonly engine: string; readonly backend: string; readonly device: string }): LogLine[] {
    const engine = `${on.engine} on ${on.backend}, ${on.device}`;
    if (engine === this.#engine) return [];
    this.#engine = engine;
    return [{ text: `training by ${engine}` }];
  }
}

const isShownWhenQuiet = (event: StudyEvent) =>
  warningText(event) !== null || (event.kind === 'study-ended' && event.status !== 'finished');

/** A listener that writes a line for every event worth one: no cursor codes, all times the events' own. */
export function createPlainLog({
  write,
  color,
  unicode = true,
  quiet = false,
  isShown,
  stamp,
}: PlainLogOptions): StudyListener {
  const lines = new PlainLines();
  return (event) => {
    const written = lines.of(event);
    if (isShown?.() === false || (quiet && !isShownWhenQuiet(event))) return;
    for (const { text, style } of written) {
      const line = printable(text, unicode, MOST_LINE);
      const shown = color && style !== undefined ? styleText(style, line, { validateStream: false }) : line;
      write(`${stamp?.() ?? `[${clockTime(event.atMs).padStart(5)}]`} ${shown}\n`);
    }
  };
}
