import { styleText } from 'node:util';
import { plural } from '../base/plural.ts';
import { describeArchitecture } from '../pattern/architecture.ts';
import { clockTime, fraction, percent, printable, shortNumber, words } from '../report/format.ts';
import type { SearchEnding } from '../search/events.ts';
import type { StudyEvent, StudyListener } from '../study/events.ts';
import type { StudySettings } from '../study/settings.ts';
import { budgetText, datasetText, endText, phaseText, planText, warningText } from './event-text.ts';
import { progressShare } from './search-state.ts';

export interface PlainLogOptions {
  /** gets whole lines, each ended by a newline */
  write(text: string): void;
  readonly color: boolean;
  /** false where the locale is not UTF-8; default true */
  readonly unicode?: boolean;
  /** warnings and a bad end only */
  readonly quiet?: boolean;
}

/** Progress of search or training is written at most this often, except a new best. */
const PROGRESS_EVERY_MS = 2000;

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
    ...[plural(event.workers, 'worker'), `budget ${budgetText(budget)}`],
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

/** Turns events into lines; remembers only what is needed to write nothing twice. */
class PlainLines {
  #progressAtMs = Number.NEGATIVE_INFINITY;
  #settings: StudySettings | null = null;
  #searchEnd: SearchEnding | null = null;
  #bestNumber: number | null = null;
  #jobs: number | null = null;
  #ended = 0;
  #engine: string | null = null;

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
        return warningLines(event);
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
      case 'training':
        return this.#training(event);
      case 'verdict':
        return [{ text: `verdict: ${words(event.verdict)}`, style: 'bold' }, { text: event.meaning }];
      case 'study-ended':
        return [this.#endLine(event)];
    }
  }

  #endLine(event: EventOf<'study-ended'>): LogLine {
    const reason = endText(event, this.#searchEnd, this.#settings);
    return {
      text: `${event.status}${reason === null ? '' : `: ${reason}`}`,
      style: event.status === 'finished' ? 'green' : 'yellow',
    };
  }

  #searching({ atMs, progress }: EventOf<'search-progress'>): LogLine[] {
    const { best, evaluated, swaps } = progress;
    const better = best !== null && best.number !== this.#bestNumber;
    if (!better && atMs - this.#progressAtMs < PROGRESS_EVERY_MS) return [];
    this.#bestNumber = best?.number ?? null;
    this.#progressAtMs = atMs;
    const share = progressShare(progress, this.#settings?.budget ?? null);
    const done = `${plural(evaluated, 'candidate')}${share === null ? '' : ` (${percent(share, 0)})`}`;
    const top = best === null ? '' : `, best S ${fraction(best.scatter)} (#${best.number} ${best.strategy})`;
    return [{ text: `${better ? 'new best' : 'searching'}: ${done}, ${shortNumber(swaps)} swaps${top}` }];
  }

  #training({ atMs, candidate, seed, event }: EventOf<'training'>): LogLine[] {
    const name = `#${candidate} seed ${seed}`;
    if (event.kind === 'started') return this.#runsOn(event);
    if (event.kind === 'result') return [...this.#runsOn(event), this.#trained(name, event)];
    if (atMs - this.#progressAtMs < PROGRESS_EVERY_MS) return [];
    this.#progressAtMs = atMs;
    return [{ text: `training ${name}: epoch ${event.epoch}, validation ${percent(event.validationAccuracy)}` }];
  }

  #trained(name: string, result: Extract<EventOf<'training'>['event'], { kind: 'result' }>): LogLine {
    this.#ended += 1;
    const count = `(${this.#ended}${this.#jobs === null ? '' : ` of ${this.#jobs}`})`;
    if (result.status !== 'finished') {
      return { text: `${result.status} ${name}: ${result.reason ?? 'no reason given'} ${count}`, style: 'yellow' };
    }
    const speed = `${shortNumber(result.samplesPerSecond)} samples/s`;
    return { text: `trained ${name}: test ${percent(result.testAccuracy, 2)}, ${speed} ${count}` };
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
export function createPlainLog({ write, color, unicode = true, quiet = false }: PlainLogOptions): StudyListener {
  const lines = new PlainLines();
  return (event) => {
    const written = lines.of(event);
    if (quiet && !isShownWhenQuiet(event)) return;
    for (const { text, style } of written) {
      const line = printable(text, unicode, MOST_LINE);
      const shown = color && style !== undefined ? styleText(style, line, { validateStream: false }) : line;
      write(`[${clockTime(event.atMs).padStart(5)}] ${shown}\n`);
    }
  };
}
