import { expect, test } from 'vitest';
import { LineOutput } from '../../../src/terminal/output/line-output.ts';
import type { Output } from '../../../src/terminal/output/output.ts';

/** Takes everything, or nothing. */
class Reader implements Output {
  text = '';
  reads = true;
  waiting = '';
  readonly isGone = false;
  get waitingBytes() {
    return Buffer.byteLength(this.waiting);
  }
  write(text: string) {
    this.waiting += text;
    this.take();
  }
  take() {
    if (!this.reads) return;
    this.text += this.waiting;
    this.waiting = '';
  }
  onGone() {}
  async drained() {
    this.take();
    return this.waiting === '';
  }
  drainNow() {
    this.take();
  }
}

test('lines that are read are written as they come', () => {
  const reader = new Reader();
  const lines = new LineOutput(reader);
  lines.write('one\n');
  lines.write('two\n');
  expect(reader.text).toBe('one\ntwo\n');
});

test('what nobody reads is left out beyond a limit, told of in one line, and the last lines are kept', async () => {
  const reader = new Reader();
  const lines = new LineOutput(reader, { mostWaiting: 20 });
  reader.reads = false;
  for (let line = 1; line <= 130; line++) lines.write(`${line}\n`.padStart(11));
  expect(reader.waitingBytes).toBeLessThan(50);
  expect(await lines.drained(10)).toBe(false);
  reader.reads = true;
  expect(await lines.drained(10)).toBe(true);
  const told = reader.text.split('\n').map((line) => line.trim());
  expect(told).toEqual(['1', '2', '… 123 lines left out while nobody read', '126', '127', '128', '129', '130', '']);
});

test('a reader that comes back is told before the next line', () => {
  const reader = new Reader();
  const lines = new LineOutput(reader, { mostWaiting: 5, unicode: false });
  reader.reads = false;
  for (let line = 1; line <= 9; line++) lines.write(`line ${line}\n`);
  reader.reads = true;
  reader.take();
  lines.write('next\n');
  expect(reader.text.split('\n')).toEqual([
    'line 1',
    '... 3 lines left out while nobody read',
    ...[5, 6, 7, 8, 9].map((n) => `line ${n}`),
    'next',
    '',
  ]);
});
