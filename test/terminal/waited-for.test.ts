import { expect, test } from 'vitest';
import type { StudyEvent } from '../../src/study/events.ts';
import { WaitedFor } from '../../src/terminal/waited-for.ts';
import { scriptedStudy } from './scripted-study.ts';

test('at any time of a study it is told what an orderly end waits for', () => {
  const waited = new WaitedFor();
  const told = new Map<string, string>();
  expect(waited.text).toBe('the study to begin');
  for (const event of scriptedStudy()) {
    waited.listener(event);
    if (event.kind === 'phase') told.set(event.phase, waited.text);
    if (event.kind === 'training' && event.event.kind === 'epoch') told.set('epoch', waited.text);
  }
  expect(told.get('search')).toBe('the present round of the search');
  expect(told.get('train')).toBe('the engine to stop');
  expect(told.get('epoch')).toMatch(/^\d+ trainings? \(#\d+ seed \d in epoch \d/);
  expect(told.get('verdict')).toBe('the verdict');
});

test('a step that takes long is what the search waits for', () => {
  const waited = new WaitedFor();
  for (const event of [
    { atMs: 0, kind: 'phase', phase: 'search', islands: [], budget: { kind: 'time', seconds: 9 }, patience: null },
    { atMs: 9, kind: 'island-slow', island: 3, strategy: 'mine', seconds: 30 },
  ] satisfies StudyEvent[])
    waited.listener(event);
  expect(waited.text).toBe('the step of island 3 (mine)');
});
