import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textLength } from '../../src/report/format.ts';
import { paintLine, type Tone } from '../../src/terminal/lines.ts';
import { Screen } from '../../src/terminal/screen.ts';
import { EmulatedTerminal } from './screen-emulator.ts';

function started(columns = 20, rows = 6) {
  const terminal = new EmulatedTerminal(columns, rows);
  const screen = new Screen(terminal);
  screen.enter();
  return { terminal, screen };
}

test('frames are painted on the alternate screen, the cursor hidden and pastes marked; leaving brings all back', () => {
  const { terminal, screen } = started();
  terminal.alternate = false;
  terminal.write('user text');
  terminal.alternate = true;
  screen.paint(['one', 'two']);
  expect(terminal.lines).toEqual(['one', 'two']);
  expect(terminal).toMatchObject({ cursorShown: false, bracketed: true });
  screen.leave();
  expect(terminal).toMatchObject({ alternate: false, cursorShown: true, bracketed: false });
  expect(terminal.lines).toEqual(['user text']);
});

test('only the columns that changed are written', () => {
  const { terminal, screen } = started(80);
  const line = `${'x'.repeat(70)} 0:01`;
  screen.paint([line, 'two']);
  screen.paint([line, 'two']);
  const before = terminal.bytes;
  screen.paint([line, 'two']);
  expect(terminal.bytes).toBe(before);
  screen.paint([`${'x'.repeat(70)} 0:02`, 'two']);
  expect(terminal.lines).toEqual([`${'x'.repeat(70)} 0:02`, 'two']);
  expect(terminal.bytes - before).toBeLessThan(30);
});

test('a line that fills the terminal keeps its last character', () => {
  const { terminal, screen } = started(5, 3);
  screen.paint(['abcde', 'fghij']);
  screen.paint(['abcdX', 'fghij']);
  expect(terminal.lines).toEqual(['abcdX', 'fghij']);
});

test('after a resize the next frame is painted whole', () => {
  const { terminal, screen } = started();
  screen.paint(['one', 'two', 'three']);
  terminal.resize(10, 4);
  screen.invalidate();
  screen.paint(['one']);
  expect(terminal.lines).toEqual(['one']);
});

test('a frame for which a terminal has no room is left out, and told to be', () => {
  const { terminal, screen } = started();
  expect(screen.paint(['one'])).toBe(true);
  terminal.waitingBytes = 100;
  const before = terminal.writes;
  expect(screen.paint(['two'])).toBe(false);
  expect(terminal.writes).toBe(before);
  terminal.waitingBytes = 0;
  expect(screen.paint(['three'])).toBe(true);
  expect(terminal.lines).toEqual(['three']);
});

test('nothing is painted after leaving, and leaving twice writes once', () => {
  const { terminal, screen } = started();
  screen.leave();
  const before = terminal.writes;
  screen.leave();
  screen.paint(['late']);
  expect(terminal.writes).toBe(before);
});

const part = fc.record({
  text: fc.string({ unit: fc.constantFrom('a', 'b', ' ', '漢', 'e\u0301', '😀', '█'), maxLength: 7 }),
  tone: fc.constantFrom<Tone | undefined>(undefined, 'good', 'alert'),
});

test('property: after any frames and resizes the terminal shows the last frame, and nothing of those before', () => {
  const theme = { color: true, unicode: true };
  const line = fc.array(part, { maxLength: 3 }).map((segments) => paintLine(segments, 12, theme));
  const step = fc.record({ frame: fc.array(line, { minLength: 1, maxLength: 6 }), resized: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
      const { terminal, screen } = started(12, 6);
      for (const { frame, resized } of steps) {
        if (resized) screen.invalidate();
        screen.paint(frame);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
        const expected = frame.map((each) => each.replace(/\u001b\[[\d;]*m/g, '').trimEnd());
        while (expected.at(-1) === '') expected.pop();
        expect(terminal.lines).toEqual(expected);
        for (const each of terminal.lines) expect(textLength(each)).toBeLessThanOrEqual(12);
      }
    }),
  );
});
