import { setImmediate } from 'node:timers/promises';
import { failure, type Outcome, success } from '../../base/failure.ts';
import { range } from '../../base/numbers.ts';
import { Random } from '../../base/random.ts';
import { type Dataset, digestOf, emptySplit, type Split, type SplitName, splitNames } from './dataset.ts';
import { morseCodebook } from './morse-codebook.ts';
import { describeMorse, type MorseSettings, morseName, morseNormalisation } from './morse-settings.ts';

/** Samples of one frame: the network's inputs. */
export const MORSE_FRAME = 64;
/** Amplitude that becomes 1. */
const FULL_SCALE = 16;
const SYMBOL_MEAN = 12;
const SYMBOL_DEVIATION = 1.34;

/** Fork numbers of the data's random streams. */
const streams = { examples: 1, order: 2 } as const;

/** What the loops below need of the settings, worked out once. */
interface Recipe {
  readonly noise: number;
  readonly integers: boolean;
  readonly leadingSpace: boolean;
  readonly shortestDash: number;
}

const recipeOf = (settings: MorseSettings): Recipe => ({
  noise: settings.noise,
  integers: settings.version === '2017',
  leadingSpace: settings.difficult,
  shortestDash: settings.difficult ? 3 : 4,
});

const LONGEST_DOT = 3;
const LONGEST_DASH = 9;
const LONGEST_SPACE = 3;

/**
 * Writes the symbols of one codeword from the frame's start: a dot lasts U{1..3} samples, a dash U{4..9} (difficult: U{3..9}), a
 * space between symbols U{1..3}; samples of symbols ~ N(12, 1.34²), of spaces 0.
 * @returns length in samples; at most 57, as the longest codewords of the book allow
 */
function writeSymbols(frame: Float64Array, code: string, recipe: Recipe, random: Random): number {
  let length = 0;
  for (let symbol = 0; symbol < code.length; symbol++) {
    if (symbol > 0) length += 1 + random.below(LONGEST_SPACE);
    const duration =
      code[symbol] === '.'
        ? 1 + random.below(LONGEST_DOT)
        : recipe.shortestDash + random.below(LONGEST_DASH - recipe.shortestDash + 1);
    for (const end = length + duration; length < end; length++) {
      frame[length] = SYMBOL_MEAN + SYMBOL_DEVIATION * random.normal();
    }
  }
  return length;
}

/** One example, written to `row` (64 values in [0, 1]); `frame` is scratch of the same length. */
function writeExample(
  row: Float32Array,
  offset: number,
  frame: Float64Array,
  code: string,
  recipe: Recipe,
  random: Random,
): void {
  frame.fill(0);
  const length = writeSymbols(frame, code, recipe, random);
  if (recipe.leadingSpace) {
    const leading = random.below(MORSE_FRAME - length + 1);
    frame.copyWithin(leading, 0, length);
    frame.fill(0, 0, leading);
  }
  for (let i = 0; i < MORSE_FRAME; i++) {
    let sample = frame[i];
    if (recipe.noise > 0) sample += recipe.noise * random.normal();
    if (recipe.integers) sample = Math.round(sample);
    const scaled = Math.min(Math.max(sample, 0), FULL_SCALE) / FULL_SCALE;
    row[offset + i] = recipe.integers ? scaled : Math.round(1000 * scaled) / 1000;
  }
}

interface Work {
  readonly recipe: Recipe;
  readonly random: Random;
  readonly signal?: AbortSignal;
  /** called after each class, with the number of examples it had */
  readonly onExamples: (count: number) => void;
}

/** Fills one split, a class at a time; the event loop gets a turn after each. Returns false when the signal came first. */
async function fillSplit(split: Split, splitNumber: number, perClass: number, work: Work): Promise<boolean> {
  const frame = new Float64Array(MORSE_FRAME);
  // Where each example goes: shuffling the places is the same as shuffling the examples, without moving them.
  const places = range(split.examples);
  work.random.fork(streams.order, splitNumber).shuffle(places);
  for (let label = 0; label < morseCodebook.length; label++) {
    const random = work.random.fork(streams.examples, splitNumber, label);
    for (let example = 0; example < perClass; example++) {
      const place = places[label * perClass + example];
      split.labels[place] = label;
      writeExample(split.inputs, place * MORSE_FRAME, frame, morseCodebook[label].code, work.recipe, random);
    }
    work.onExamples(perClass);
    await setImmediate();
    if (work.signal?.aborted) return false;
  }
  return true;
}

export interface GenerateOptions {
  readonly signal?: AbortSignal;
  /** fraction done, rising to 1 */
  readonly onProgress?: (fraction: number) => void;
}

/**
 * Morse symbols as a network hears them (definitions §5; Dey 2017 and 2018). The same settings give the same data bit for bit, on
 * every machine. Each class of each split has a random stream of its own; each split is shuffled.
 * @returns 64 features in [0, 1], 64 classes; Failure 'aborted' when the signal came first
 */
export async function generateMorse(settings: MorseSettings, options: GenerateOptions = {}): Promise<Outcome<Dataset>> {
  const counts = settings.examplesPerClass;
  const total = morseCodebook.length * (counts.train + counts.validation + counts.test);
  let done = 0;
  const work: Work = {
    recipe: recipeOf(settings),
    random: Random.fromSeed(settings.seed),
    signal: options.signal,
    onExamples: (count) => {
      done += count;
      options.onProgress?.(done / total);
    },
  };
  const splits = {} as Record<SplitName, Split>;
  for (const [number, name] of splitNames.entries()) {
    splits[name] = emptySplit(counts[name] * morseCodebook.length, MORSE_FRAME);
    if (!(await fillSplit(splits[name], number, counts[name], work))) {
      return failure('aborted', 'generating the Morse data was interrupted', 'Start it again.');
    }
  }
  const description = describeMorse(settings);
  return success({
    name: morseName(settings),
    digest: digestOf(description, splits),
    features: MORSE_FRAME,
    classes: morseCodebook.length,
    normalisation: morseNormalisation(settings),
    ...splits,
  });
}
