import { describe, expect, test } from 'vitest';
import { checkTrainer } from '../../../src/training/command/check.ts';
import { fixtureCommand } from './fixture-command.ts';

describe('a trainer that is tried', () => {
  test('keeps the protocol, and has the losses of the sparse engine from the same start', async () => {
    const check = await checkTrainer({ command: fixtureCommand() });
    expect(check.steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(check).toMatchObject({ ok: true, device: 'test trainer on this processor', score: null });
    expect(check.steps.find(({ asked }) => asked === 'losses')!.detail).toMatch(/^equal to the sparse engine's/);
  });

  test.each([
    ['exit-before-hello', 'hello', /status 3 before it said hello/],
    ['print', 'a tiny training', /no message of the protocol/],
    ['out-of-memory', 'a tiny training', /failed: CUDA out of memory/],
    ['deaf', 'a cancelled training', /did not answer within/],
  ])('%s does not', async (fault, asked, detail) => {
    const check = await checkTrainer({ command: fixtureCommand(fault), cancelSeconds: 0.3, endSeconds: 0.5 });
    expect(check.ok).toBe(false);
    expect(check.steps.at(-1)).toMatchObject({ asked, ok: false, detail: expect.stringMatching(detail) });
  });
});
