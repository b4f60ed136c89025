import { safeJson } from '../base/clean-text.ts';
import type { StudyEvent, StudyListener } from '../study/events.ts';
import { streamData } from './standard-output.ts';

/** Bytes that may wait for a reader before events of progress are left out, and before any others are. */
const MOST_PROGRESS_WAITING = 2 ** 20;
const MOST_WAITING = 2 ** 23;

/** Events that the next of their kind makes up for. */
const isProgress = (event: StudyEvent) =>
  event.kind === 'search-progress' ||
  event.kind === 'training-progress' ||
  (event.kind === 'host' && event.event.kind === 'pulse') ||
  (event.kind === 'training' && event.event.kind === 'epoch');

/**
 * A listener that writes every event as one line of JSON to stdout. A reader that does not keep up never stops the study: events are left
 * out, and a line `{"kind":"left-out","events":N}` says so.
 */
export function createJsonLines(): StudyListener {
  const output = streamData();
  let leftOut = 0;
  return (event) => {
    const most = isProgress(event) ? MOST_PROGRESS_WAITING : MOST_WAITING;
    if (output.waitingBytes > most) {
      leftOut += 1;
      return;
    }
    if (leftOut > 0) output.write(`${JSON.stringify({ kind: 'left-out', events: leftOut })}\n`);
    leftOut = 0;
    output.write(`${safeJson(event)}\n`);
  };
}
