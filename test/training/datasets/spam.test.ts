import { describe, expect, test } from 'vitest';
import { countsFile, spam, spamExamples } from '../../../src/training/datasets/spam.ts';

const mail = (subject: string, body: string, other = 'From: someone@example.org') =>
  Buffer.from(`${other}\nSubject: ${subject}\nX-List: hidden\n\n${body}\n`);

const path = (group: string, number: number) =>
  `package/data/${group}/${String(number).padStart(5, '0')}.${'0123456789abcdef'.repeat(2)}.txt`;

const parts = new Map([
  [path('spam-1', 1), mail('Buy now', 'Buy cheap, buy NOW; 4you!')],
  [path('easy-ham-1', 1), mail('meeting', 'the meeting is now at the office')],
  [path('easy-ham-1', 2), mail('meeting', 'the office is cheap')],
  [path('spam-2', 1), mail('Buy now', 'Buy cheap, buy NOW; 4you!', 'From: another@example.org')],
  [path('hard-ham-1', 1), mail('news', 'the buy of the year')],
]);

const file = await countsFile(parts, 6);
const [line] = file.toString('latin1').split('\n', 1);
const words = line.split(' ');

/** Counts of an example by word, those that do not occur left out. */
function countsOf(example: number): Readonly<Record<string, number>> {
  const inputs = new Float32Array(words.length);
  spamExamples(file).write(example, inputs, 0);
  return Object.fromEntries([...inputs].flatMap((root, n) => (root === 0 ? [] : [[words[n], Math.round(root ** 2)]])));
}

describe('a message is the square roots of the counts of its words', () => {
  test('in subject and body, in the order of their paths; other headers do not count', () => {
    // In four different messages the, meeting, is, now, office, buy and cheap stand twice or more often.
    expect([...words].sort()).toEqual(['buy', 'cheap', 'is', 'meeting', 'now', 'the']);
    expect(countsOf(0)).toEqual({ the: 2, meeting: 2, is: 1, now: 1 });
    expect(countsOf(1)).toEqual({ the: 1, meeting: 1, is: 1, cheap: 1 });
    expect(countsOf(2)).toEqual({ the: 2, buy: 1 });
    expect(countsOf(3)).toEqual({ buy: 3, now: 2, cheap: 1 });
  });

  test('and one that says the same as an earlier one is left out', () => {
    expect(spamExamples(file).count).toBe(4);
    expect([...spamExamples(file).labels]).toEqual([0, 0, 0, 1]);
  });
});

test('the order of the words is drawn once: not by frequency, not by letters, the same every time', async () => {
  expect((await countsFile(new Map([...parts].reverse()), 6)).equals(file)).toBe(true);
  expect(words).not.toEqual([...words].sort());
});

test('a count above 255 is kept as 255', async () => {
  const many = await countsFile(new Map([[path('spam-1', 1), mail('', 'word '.repeat(300))]]), 1);
  const inputs = new Float32Array(1);
  spamExamples(many).write(0, inputs, 0);
  expect(inputs[0]).toBe(Math.fround(Math.sqrt(255)));
});

test('messages of the package are known by their paths, and too few of them make no file', async () => {
  const others = ['package/data/easy-ham-1/00001.00.json', 'package/README.md', 'package/data/file_list.json'];
  expect([...parts.keys(), ...others].map((each) => spam.assembly?.isPart(each))).toEqual([
    ...Array(5).fill(true),
    ...Array(3).fill(false),
  ]);
  expect(await spam.assembly?.assemble('spam-word-counts.bin', parts)).toBeNull();
});

test('an interruption ends the counting', async () => {
  await expect(countsFile(parts, 6, AbortSignal.abort())).rejects.toThrow(/abort/i);
});

test.each([
  ['', 'no line of words'],
  ['a b\n\x01', 'half a row'],
])('%j is no such file: %s', (text) => {
  expect(() => spamExamples(Buffer.from(text, 'latin1'))).toThrow(/expected a line of words and rows of their counts/);
});
