import { scoreValueText } from '../base/number-text.ts';
import { fraction, words } from '../report/format.ts';
import type { StudyEvent } from '../study/events.ts';
import { datasetText, frontText, phaseText, planText, printedBy, warningText } from './event-text.ts';
import { hostText } from './hosts-state.ts';
import type { Tone } from './lines.ts';

/** Something that happened, as the list of the last events has it. */
export interface RecentEvent {
  readonly atMs: number;
  readonly text: string;
  readonly tone?: Tone;
}

const MOST_EVENTS = 60;

interface Note {
  readonly text: string;
  readonly tone?: Tone;
}

function trainingNote({ candidate, seed, event }: Extract<StudyEvent, { kind: 'training' }>): Note | null {
  if (event.kind !== 'result') return null;
  const name = `#${candidate} seed ${seed}`;
  if (event.status === 'finished')
    return { text: `${name}: test ${scoreValueText(event.testAccuracy, event.score, 2)}`, tone: 'good' };
  return { text: `${name} ${event.status}: ${event.reason ?? 'no reason given'}`, tone: 'alert' };
}

/** What an event says to someone who looks in from time to time; empty where it is no more than progress. */
function notesOf(event: StudyEvent, bestBefore: number | null): readonly Note[] {
  const warning = warningText(event);
  if (warning !== null) return [{ text: warning, tone: 'alert' }];
  switch (event.kind) {
    case 'phase':
      return [{ text: `${event.phase}: ${phaseText(event)}`, tone: 'title' }];
    case 'dataset':
      return [{ text: datasetText(event.dataset) }];
    case 'plan':
      return planText(event.plan).map((text) => ({ text }));
    case 'strategy-print':
      return event.text.split('\n').map((line) => ({ text: `${printedBy(event)}: ${line}`, tone: 'quiet' }));
    case 'search-progress': {
      const { best } = event.progress;
      if (best === null || best.number === bestBefore) return [];
      return [{ text: `new best: S ${fraction(best.scatter)}, #${best.number} ${best.strategy}` }];
    }
    case 'front':
      return [{ text: frontText(event), tone: event.event.kind === 'ready' ? 'good' : 'quiet' }];
    case 'training': {
      const note = trainingNote(event);
      return note === null ? [] : [note];
    }
    case 'host': {
      const text = hostText(event.event);
      return text === null ? [] : [{ text, tone: event.event.kind === 'joined' ? 'good' : 'alert' }];
    }
    case 'verdict':
      return [{ text: `verdict: ${words(event.verdict)}`, tone: 'title' }];
    default:
      return [];
  }
}

/** @param bestBefore number of the best candidate before the event */
export function addRecent(
  recent: readonly RecentEvent[],
  event: StudyEvent,
  bestBefore: number | null,
): readonly RecentEvent[] {
  const notes = notesOf(event, bestBefore);
  if (notes.length === 0) return recent;
  return [...recent, ...notes.map((note) => ({ ...note, atMs: event.atMs }))].slice(-MOST_EVENTS);
}
