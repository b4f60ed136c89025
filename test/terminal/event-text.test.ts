import { expect, test } from 'vitest';
import { budgetText, endText, goesOnText, warningText } from '../../src/terminal/event-text.ts';
import { scriptedSettings } from './scripted-study.ts';

test('strategies that are refused for one reason take one line', () => {
  const event = { kind: 'strategy-refused', atMs: 0, reason: 'it cannot keep constraints' } as const;
  expect(warningText({ ...event, strategies: ['radix'] })).toBe('radix sits out: it cannot keep constraints');
  expect(warningText({ ...event, strategies: ['local', 'radix', 'sobol'] })).toBe(
    '3 strategies sit out: local, radix, sobol: it cannot keep constraints',
  );
});

test('a total that was reached before is named in the unit that was asked for', () => {
  const budget = { kind: 'candidates', candidates: 20 } as const;
  const spent = { kind: 'budget-spent', atMs: 0, evaluated: 20, seconds: 3.25, budget } as const;
  expect(warningText({ ...spent, asked: { kind: 'candidates', candidates: 10 } })).toBe(
    '20 candidates are done already, no fewer than asked for; the study’s total stays 20 candidates',
  );
  expect(warningText({ ...spent, asked: { kind: 'time', seconds: 2 } })).toMatch(/^3\.3 s are done already/);
  expect(budgetText({ kind: 'candidates', candidates: 1 })).toBe('1 candidate');
});

test('the end of a study that only searched says why the search was over, any other what it failed of', () => {
  const finished = { status: 'finished', failure: null } as const;
  const impatient = { ...scriptedSettings, patience: 5 };
  expect(endText(finished, 'no-improvement', impatient)).toBe('no better candidate in 5 or more');
  expect(endText(finished, 'budget', impatient)).toBeNull();
  expect(endText({ ...finished, status: 'interrupted' }, 'optimal', impatient)).toBeNull();
  expect(endText({ status: 'failed', failure: 'the disk is full' }, null, impatient)).toBe('the disk is full');
});

test('a training that goes on says at which epoch, and after which batches where it was within one', () => {
  expect(goesOnText({ epoch: 4, batches: 0 })).toBe('goes on at epoch 4');
  expect(goesOnText({ epoch: 4, batches: 1 })).toBe('goes on at epoch 4, after 1 batch');
  expect(goesOnText({ epoch: 1, batches: 120 })).toBe('goes on at epoch 1, after 120 batches');
});
