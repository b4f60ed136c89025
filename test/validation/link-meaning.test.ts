import { describe, expect, test } from 'vitest';
import { describeMeaning } from '../../src/validation/link-meaning.ts';
import type { LinkFinding } from '../../src/validation/link-verdict.ts';
import type { Answer, QuestionFinding } from '../../src/validation/question.ts';

const plan = { randomLevel: 0.66, top: 1, margin: 0.5, leastDifference: 0.01, familiesCount: true };

const question = (answer: Answer, index: number, low = index === 0 ? 0.3 : 0.66): QuestionFinding => ({
  name: index === 0 ? 'all candidates' : 'from the random level up',
  ...{ candidates: 40, pairs: 100, inOrder: 0.7, p: 0.001, agreement: null, answer, why: `reason ${index + 1}` },
  families: [{ family: 'a', candidates: 40, low, high: 1, inOrder: 0.7 }],
  gain: { value: 1, low: 0.4, high: 1.6 },
  gain90: { value: 1, low: 0.5, high: 1.5 },
});

const found = (verdict: Answer, first: Answer, second: Answer): LinkFinding => ({
  ...{ verdict, why: 'the reason', diverged: 0 },
  questions: [question(first, 0), question(second, 1)],
});

const say = (verdict: Answer, first: Answer, second: Answer) =>
  describeMeaning(found(verdict, first, second), plan, 'scatter', true);

describe('the sentence of a verdict', () => {
  test('gives the change above the random level where the patterns above it show it, with the level of its interval', () => {
    expect(say('predicts', 'predicts', 'predicts')).toBe(
      'More scatter goes with more accuracy: of two patterns of one family, the one of higher scatter was the more accurate in 70 % of pairs; from the random level (0.66) to the top (1.00) accuracy changes by +1.00 (+0.40 to +1.60) points, 95 %.',
    );
  });

  test('does not carry a slope over all levels to those above the random one, where nothing was found', () => {
    const text = say('predicts', 'predicts', 'no-link');
    expect(text).toContain(
      'for a difference like that from the random level (0.66) to the top (1.00) accuracy changes',
    );
    expect(text).toContain('From the random level up alone there is no link worth 0.5 points (reason 2).');
    expect(say('predicts', 'predicts', 'cannot-tell')).toContain('From the random level up alone it cannot be told');
  });

  test('says where a claim counts that the patterns above the random level alone make', () => {
    const text = say('misleads', 'cannot-tell', 'misleads');
    expect(text).toContain('goes with less accuracy from the random level up: of two');
    expect(text).toContain('Over all candidates it cannot be told (reason 1).');
  });

  test('says that a link turns, where the questions differ in sign', () => {
    expect(say('misleads', 'predicts', 'misleads')).toContain('goes with less accuracy (the reason): ');
  });

  test('of no link rests on its own intervals, not on wider ones', () => {
    expect(say('no-link', 'no-link', 'no-link')).toBe('There is no link worth 0.5 points: the reason.');
  });

  test('of a plan from the random level up alone speaks of no other levels', () => {
    const narrow = { ...found('predicts', 'predicts', 'cannot-tell') };
    const questions = [question('predicts', 0, 0.656), narrow.questions[1]];
    expect(describeMeaning({ ...narrow, questions }, plan, 'scatter', true)).toContain(
      '; from the random level (0.66)',
    );
  });

  test('shows levels too small for two decimals', () => {
    const text = describeMeaning(
      { ...found('predicts', 'predicts', 'predicts'), questions: [question('predicts', 0)] },
      { ...plan, randomLevel: 1.25e-7, top: 0.004, familiesCount: false },
      'norm',
      false,
    );
    expect(text).toContain('over the range (1.25e-7 to 0.00400) accuracy changes');
    expect(text).toContain('All patterns were taken as one family');
  });
});
