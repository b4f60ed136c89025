import { styleText } from 'node:util';
import { clockTime, fraction, percent, plural, printable, shortNumber, words } from '../report/format.ts';
import type { StudyEvent, StudyListener } from '../study/events.ts';
import { refusalText } from './refusal-text.ts';
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

/** Progress of search or training says something at most this often, a new best aside. */
const PROGRESS_EVERY_MS = 2000;

type EventOf<Kind extends StudyEvent['kind']> = Extract<StudyEvent, { kind: Kind }>;

interface Said {
  readonly text: string;
  readonly style?: 'bold' | 'yellow' | 'green';
}

function startLines(event: EventOf<'study-started'>): Said[] {
  const setting = [
    ...[event.architecture, event.metric, `seed ${event.seed}`],
    ...[plural(event.workers, 'worker'), `budget ${event.budget}`],
  ].join(', ');
  const resumed = event.resumed ? ' (resumed)' : '';
  return [
    { text: `study ${event.study}${resumed}: ${setting}`, style: 'bold' },
    { text: `stored in ${event.database}` },
  ];
}

function selectedLine({ candidates, seeds, epochs }: EventOf<'selected'>): Said {
  return {
    text: `chosen ${plural(candidates.length, 'candidate')}, ${plural(seeds, 'seed')} each, ${plural(epochs, 'epoch')}`,
  };
}

function endLine({ status, reason }: EventOf<'study-ended'>): Said {
  return {
    text: `${status}${reason === null ? '' : `: ${reason}`}`,
    style: status === 'finished' ? 'green' : 'yellow',
  };
}

/** Turns events into lines; remembers only what it takes to say nothing twice. */
class PlainLines {
  private progressAtMs = Number.NEGATIVE_INFINITY;
  private budget: string | null = null;
  private bestNumber: number | null = null;
  private jobs: number | null = null;
  private ended = 0;
  private engine: string | null = null;

  of(event: StudyEvent): Said[] {
    switch (event.kind) {
      case 'study-started':
        this.budget = event.budget;
        return startLines(event);
      case 'phase':
        this.progressAtMs = Number.NEGATIVE_INFINITY;
        return [{ text: `${event.phase}: ${event.summary}`, style: 'bold' }];
      case 'warning':
        return [{ text: `warning: ${event.message}`, style: 'yellow' }];
      case 'strategy-refused':
        return [{ text: `warning: ${refusalText(event)}`, style: 'yellow' }];
      case 'search-progress':
        return this.searching(event);
      case 'candidates-kept':
        return [];
      case 'selected':
        this.jobs = event.candidates.length * event.seeds;
        return [selectedLine(event)];
      case 'engine':
        return this.runsOn(event);
      case 'training':
        return this.training(event);
      case 'verdict':
        return [{ text: `verdict: ${words(event.verdict)}`, style: 'bold' }, { text: event.meaning }];
      case 'study-ended':
        return [endLine(event)];
    }
  }

  private searching({ atMs, progress }: EventOf<'search-progress'>): Said[] {
    const { best, evaluated, swaps } = progress;
    const better = best !== null && best.number !== this.bestNumber;
    if (!better && atMs - this.progressAtMs < PROGRESS_EVERY_MS) return [];
    this.bestNumber = best?.number ?? null;
    this.progressAtMs = atMs;
    const share = progressShare(progress, this.budget);
    const done = `${plural(evaluated, 'candidate')}${share === null ? '' : ` (${percent(share, 0)})`}`;
    const top = best === null ? '' : `, best S ${fraction(best.scatter)} (#${best.number} ${best.strategy})`;
    return [{ text: `${better ? 'new best' : 'searching'}: ${done}, ${shortNumber(swaps)} swaps${top}` }];
  }

  private training({ atMs, candidate, seed, event }: EventOf<'training'>): Said[] {
    const name = `#${candidate} seed ${seed}`;
    if (event.kind === 'started') return this.runsOn(event);
    if (event.kind === 'result') return [...this.runsOn(event), this.trained(name, event)];
    if (atMs - this.progressAtMs < PROGRESS_EVERY_MS) return [];
    this.progressAtMs = atMs;
    return [{ text: `training ${name}: epoch ${event.epoch}, validation ${percent(event.validationAccuracy)}` }];
  }

  private trained(name: string, result: Extract<EventOf<'training'>['event'], { kind: 'result' }>): Said {
    this.ended += 1;
    const count = `(${this.ended}${this.jobs === null ? '' : ` of ${this.jobs}`})`;
    if (result.status !== 'finished') {
      return { text: `${result.status} ${name}: ${result.reason ?? 'no reason given'} ${count}`, style: 'yellow' };
    }
    const speed = `${shortNumber(result.samplesPerSecond)} samples/s`;
    return { text: `trained ${name}: test ${percent(result.testAccuracy, 2)}, ${speed} ${count}` };
  }

  /** Said once, and again only when it changes. */
  private runsOn(on: { readonly engine: string; readonly backend: string; readonly device: string }): Said[] {
    const engine = `${on.engine} on ${on.backend}, ${on.device}`;
    if (engine === this.engine) return [];
    this.engine = engine;
    return [{ text: `training by ${engine}` }];
  }
}

const heardQuietly = (event: StudyEvent) =>
  event.kind === 'warning' ||
  event.kind === 'strategy-refused' ||
  (event.kind === 'study-ended' && event.status !== 'finished');

/** A listener that writes a line for every event worth one: no cursor codes, all times the events' own. */
export function createPlainLog({ write, color, unicode = true, quiet = false }: PlainLogOptions): StudyListener {
  const lines = new PlainLines();
  return (event) => {
    if (quiet && !heardQuietly(event)) return;
    for (const { text, style } of lines.of(event)) {
      const line = printable(text, unicode);
      const shown = color && style !== undefined ? styleText(style, line, { validateStream: false }) : line;
      write(`[${clockTime(event.atMs).padStart(5)}] ${shown}\n`);
    }
  };
}
