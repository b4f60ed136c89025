import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Screen } from '../../src/terminal/screen.ts';
import { EmulatedTerminal } from './screen-emulator.ts';

function started(columns = 20, rows = 6) {
  const terminal = new EmulatedTerminal(columns, rows);
  const gone: string[] = [];
  const screen = new Screen(terminal, () => gone.push('gone'));
  screen.enter();
  return { terminal, screen, gone };
}

test('frames are painted on the alternate screen, the cursor hidden; leaving brings both back', () => {
  const { terminal, screen } = started();
  terminal.alternate = false;
  terminal.write('user text');
  terminal.alternate = true;
  screen.paint('one\ntwo');
  expect(terminal.lines).toEqual(['one', 'two']);
  expect(terminal.cursorShown).toBe(false);
  screen.leave();
  expect(terminal).toMatchObject({ alternate: false, cursorShown: true });
  expect(terminal.lines).toEqual(['user text']);
});

test('only what changed is written', () => {
  const { terminal, screen } = started();
  screen.paint('one\ntwo');
  screen.paint('one\ntwo');
  const before = terminal.writes;
  screen.paint('one\ntwo');
  expect(terminal.writes).toBe(before);
  screen.paint('one\n2');
  expect(terminal.lines).toEqual(['one', '2']);
});

test('a line that fills the terminal keeps its last character', () => {
  const { terminal, screen } = started(5, 3);
  screen.paint('abcde\nfghij');
  screen.paint('abcdX\nfghij');
  expect(terminal.lines).toEqual(['abcdX', 'fghij']);
});

test('after a resize the next frame is painted whole', () => {
  const { terminal, screen } = started();
  screen.paint('one\ntwo\nthree');
  terminal.resize(10, 4);
  screen.invalidate();
  screen.paint('one');
  expect(terminal.lines).toEqual(['one']);
});

test('a terminal that does not keep up is not written to', () => {
  const { terminal, screen } = started();
  screen.paint('one');
  terminal.writableNeedDrain = true;
  const before = terminal.writes;
  screen.paint('two');
  expect(terminal.writes).toBe(before);
});

test('nothing is painted after leaving, and leaving twice writes once', () => {
  const { terminal, screen } = started();
  screen.leave();
  const before = terminal.writes;
  screen.leave();
  screen.paint('late');
  expect(terminal.writes).toBe(before);
});

test.each([
  ['an error event', (terminal: EmulatedTerminal) => terminal.emit('error', new Error('write EPIPE'))],
  ['a write that throws', (terminal: EmulatedTerminal) => Object.assign(terminal, { broken: true })],
  ['a stream that was closed', (terminal: EmulatedTerminal) => Object.assign(terminal, { writable: false })],
])('%s silences the screen for good, and is told once', (_, lose) => {
  const { terminal, screen, gone } = started();
  lose(terminal);
  const before = terminal.writes;
  screen.paint('one');
  screen.paint('two');
  screen.leave();
  screen.print('summary');
  expect(gone).toEqual(['gone']);
  expect(screen.isGone).toBe(true);
  expect(terminal.writes).toBe(before);
});

test('a stream that tells no size has 80 columns and 24 rows', () => {
  const { screen } = started(0, 0);
  expect([screen.columns, screen.rows]).toEqual([80, 24]);
});

test('property: after any frames and resizes the terminal shows the last frame, and nothing of those before', () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 12 });
  const step = fc.record({ frame: fc.array(line, { minLength: 1, maxLength: 6 }), resized: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const { terminal, screen } = started(12, 6);
      for (const { frame, resized } of steps) {
        if (resized) screen.invalidate();
        screen.paint(frame.join('\n'));
        const expected = frame.map((each) => each.trimEnd());
        while (expected.at(-1) === '') expected.pop();
        expect(terminal.lines).toEqual(expected);
      }
    }),
  );
});
