import { afterEach, expect, test } from 'vitest';
import { InkFrames } from '../../src/terminal/ink-frame.tsx';

const frames = new InkFrames();
afterEach(() => frames.close());

const RED = (text: string) => `\u001b[31m${text}\u001b[39m`;

test('rows come back as they were given, colours and blanks within them too', () => {
  const lines = ['one', '', `  ${RED('two')}  three`, 'wide: 漢字'];
  const rows = frames.layOut(lines, { columns: 40, rows: 6 });
  expect(rows).toEqual(lines);
});

test('every frame is the newest one, at once, and another size is laid out anew', () => {
  expect(frames.layOut(['a'], { columns: 10, rows: 2 })[0]).toBe('a');
  expect(frames.layOut(['b', 'c'], { columns: 10, rows: 2 })).toEqual(['b', 'c']);
  expect(frames.layOut(['b', 'c', 'd'], { columns: 20, rows: 3 })).toEqual(['b', 'c', 'd']);
});

test('what is too wide or too high is cut and never wraps', () => {
  const rows = frames.layOut(['abcdefghij', 'x', 'y', 'z'], { columns: 5, rows: 3 });
  expect(rows).toHaveLength(3);
  expect(rows[0]).toHaveLength(5);
});

test('rows of the last frame are not laid out again, wherever they stand', () => {
  const size = { columns: 30, rows: 4 };
  const first = frames.layOut(['a', 'b', 'c'], size);
  expect(frames.layOut(['c', 'x', 'a', 'a'], size)).toEqual([first[2], 'x', first[0], first[0]]);
  expect(frames.layOut(['c', 'x', 'a', 'a'], size)).toEqual(['c', 'x', 'a', 'a']);
});
