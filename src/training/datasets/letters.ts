import { InvalidValueError } from '../../base/caller-errors.ts';
import { Random } from '../../base/random.ts';
import type { Examples } from './splits.ts';
import type { TextData } from './text-data.ts';

/**
 * A letter of an English word from the four letters before and the four after it: an image of eight places in a row, of which those
 * near the middle tell the most. One example a word: the letter is drawn once, by a fixed seed, so that words are what splits divide.
 */

const PLACES = 8;
const ALPHABET = 26;
/** Inputs a place: the letters, one for "beyond the word's end", and five that are always 0, to make a handy size. */
const SYMBOLS = 32;
const BEYOND = ALPHABET;
const SEED = 1;

const CODE_OF_A = 97;

/** Words of small letters, one a line. @throws RangeError */
function wordsOf(file: Uint8Array): readonly string[] {
  const words = Buffer.from(file.buffer, file.byteOffset, file.byteLength).toString('latin1').split('\n');
  const odd = words.find((word) => !/^[a-z]+$/.test(word));
  if (odd !== undefined) throw new InvalidValueError(`expected words of the letters a to z; got "${odd.slice(0, 40)}"`);
  return words;
}

/**
 * Examples of a list of words: place p (0 to 3 before the letter, 4 to 7 after it) is one-hot in the inputs 32p to 32p + 31; the
 * class is the letter, a = 0. @throws RangeError for what is no such list
 */
export function letterExamples(file: Uint8Array): Examples {
  const words = wordsOf(file);
  const random = Random.fromSeed(SEED);
  const middles = Uint8Array.from(words, (word) => random.below(word.length));
  const symbolAt = (word: string, at: number) =>
    at < 0 || at >= word.length ? BEYOND : word.charCodeAt(at) - CODE_OF_A;
  return {
    count: words.length,
    labels: Uint8Array.from(words, (word, example) => symbolAt(word, middles[example])),
    write: (example, out, start) => {
      out.fill(0, start, start + PLACES * SYMBOLS);
      for (let place = 0; place < PLACES; place++) {
        const offset = place < PLACES / 2 ? place - PLACES / 2 : place - PLACES / 2 + 1;
        out[start + SYMBOLS * place + symbolAt(words[example], middles[example] + offset)] = 1;
      }
    },
  };
}

export const letters: TextData = {
  name: 'letters',
  title: 'a letter of a word from its eight neighbours',
  features: PLACES * SYMBOLS,
  classes: ALPHABET,
  examples: 274_137,
  usual: { train: 60_000, validation: 10_000, test: 10_000 },
  normalisation: 'one-hot: 32 inputs a place, 8 places',
  files: [
    {
      ...{ name: 'words.txt', sizeBytes: 2_805_374 },
      digest: { algorithm: 'sha256', hex: '2df02fa8ed82d465482ae40c4f9cb52a713baa1d3bfdce1acb2a5fe30420eea8' },
    },
  ],
  origins: [
    {
      ...{ kind: 'npm', name: 'word-list', version: '4.1.0', sizeBytes: 717_564 },
      integrity: 'sha512-4vtKyH8lGfaY8DHLTKQDfDxPixdK6BC/2W38TsPE07Wc8uPrMIbEO3quxBFSa2BfsDyG6pW47UEN/9tfYxN6BA==',
    },
  ],
  examplesOf: letterExamples,
};
