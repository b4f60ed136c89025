import { expect, test } from 'vitest';
import { chooseView, runsInCi, type ViewSituation } from '../../src/terminal/choose-view.ts';

const terminal: ViewSituation = {
  ...{ stdinIsTTY: true, stdoutIsTTY: true, ci: false, term: 'xterm-256color' },
  ...{ plainFlag: false, jsonFlag: false, quietFlag: false },
};

test('a terminal on both ends shows the dashboard', () => {
  expect(chooseView(terminal)).toBe('dashboard');
});

test.each<Partial<ViewSituation>>([
  { stdinIsTTY: false },
  { stdoutIsTTY: false },
  { ci: true },
  { term: 'dumb' },
  { plainFlag: true },
  { jsonFlag: true },
])('with %o there are plain lines', (change) => {
  expect(chooseView({ ...terminal, ...change })).toBe('plain');
});

test('quiet wins over everything', () => {
  expect(chooseView({ ...terminal, quietFlag: true })).toBe('quiet');
  expect(chooseView({ ...terminal, quietFlag: true, jsonFlag: true, ci: true })).toBe('quiet');
});

test('CI is any value of CI except an explicit no', () => {
  expect([undefined, '0', 'false', 'False'].map((value) => runsInCi({ CI: value }))).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect(['true', '1', ''].map((value) => runsInCi({ CI: value }))).toEqual([true, true, true]);
});
