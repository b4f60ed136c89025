import type { StudyEvent } from '../study/events.ts';

/** "radix sits out: why", "2 strategies sit out: radix, sobol: why" */
export function refusalText({ strategies, reason }: Extract<StudyEvent, { kind: 'strategy-refused' }>): string {
  if (strategies.length === 1) return `${strategies[0]} sits out: ${reason}`;
  return `${strategies.length} strategies sit out: ${strategies.join(', ')}: ${reason}`;
}
