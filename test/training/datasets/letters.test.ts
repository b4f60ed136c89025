import { describe, expect, test } from 'vitest';
import { letterExamples, letters } from '../../../src/training/datasets/letters.ts';

const words = ['aardvark', 'zoo', 'interesting', 'be', 'lantern', 'quiz', 'vex', 'mouth'];
const examples = letterExamples(Buffer.from(words.join('\n')));

/** What an example shows: the symbol at each of the eight places, "." beyond the word's end. */
function shown(example: number): string {
  const inputs = new Float32Array(letters.features).fill(9);
  examples.write(example, inputs, 0);
  const places = Array.from({ length: 8 }, (_, place) => [...inputs.subarray(32 * place, 32 * (place + 1))]);
  for (const place of places) {
    expect(place.reduce((sum, value) => sum + value, 0)).toBe(1);
    expect(place.every((value) => value === 0 || value === 1)).toBe(true);
  }
  return places
    .map((place) => place.indexOf(1))
    .map((symbol) => (symbol === 26 ? '.' : String.fromCharCode(97 + symbol)))
    .join('');
}

test('an example is one word: the letter is its class, the four before and the four after it are its inputs', () => {
  expect(examples.count).toBe(words.length);
  for (const [example, word] of words.entries()) {
    const text = shown(example);
    const hidden = String.fromCharCode(97 + examples.labels[example]);
    expect(`....${word}....`).toContain(`${text.slice(0, 4)}${hidden}${text.slice(4)}`);
  }
});

test('the hidden letters are drawn once: the same list gives the same examples, and not all the same place', () => {
  const again = letterExamples(Buffer.from(words.join('\n')));
  expect(again.labels).toEqual(examples.labels);
  const places = words.map((_, example) => shown(example).lastIndexOf('.', 3));
  expect(new Set(places).size).toBeGreaterThan(2);
});

test('every place adds one to the mean of its 32 inputs: 1/32 in all, whatever the words', () => {
  const inputs = new Float32Array(words.length * letters.features);
  for (const example of words.keys()) examples.write(example, inputs, example * letters.features);
  expect(inputs.reduce((sum, value) => sum + value, 0) / inputs.length).toBe(1 / 32);
});

describe('what is no list of words is refused:', () => {
  test.each(['', 'word\nOther', 'word\n\nother', 'wörd', '\x00\x01'])('%j', (text) => {
    expect(() => letterExamples(Buffer.from(text))).toThrow(/expected words of the letters a to z/);
  });
});
