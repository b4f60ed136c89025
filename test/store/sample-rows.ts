import { Random } from '../../src/base/random.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { fingerprint, makePattern, type Pattern } from '../../src/pattern/pattern.ts';
import type { NumberedCandidate } from '../../src/search/candidate.ts';
import type { NewEvaluation, NewStudy } from '../../src/store/index.ts';
import type { Provenance } from '../../src/store/records.ts';

/** Rows small enough to check by hand; also what child processes of the tests write. Nothing here is of vitest. */

export const madeBy: Provenance = { version: '0.1.0-test', node: 'v20.0.0', platform: 'test-x64' };

export const architecture = defineArchitecture({ layers: [8, 4, 4], fanOuts: [1, 2] });

export const newStudy: NewStudy = {
  name: null,
  baseName: 'tiny',
  kind: 'search',
  architecture,
  metric: 'indicator',
  entryKeys: ['1:1 forward', '1:1 backward'],
  seed: 7,
  settings: { budget: { kind: 'candidates', candidates: 100 }, strategies: ['anneal'] },
};

/** A random pattern of 8-4-4 (1,2): a shuffled pairing, then a ring over shuffled neurons. */
export function tinyPattern(seed: number): Pattern {
  const random = Random.fromSeed(seed);
  const pairs = random.shuffle(Uint32Array.from({ length: 8 }, (_, n) => n));
  const ring = random.shuffle([0, 1, 2, 3]);
  const second = Uint32Array.from([0, 1, 2, 3].flatMap((j) => [ring[j], ring[(j + 1) % 4]]));
  return makePattern(architecture, [pairs, second]);
}

export function newCandidate(number: number, changes: Partial<NumberedCandidate> = {}): NumberedCandidate {
  const pattern = changes.pattern ?? tinyPattern(number);
  return {
    number,
    fingerprint: fingerprint(pattern),
    strategy: 'anneal',
    family: 'anneal',
    island: 0,
    round: 1,
    scatter: 0.5,
    vector: [0.5, 0.75],
    otherScatter: 0.25,
    otherVector: [0.25, 0.5],
    ties: {},
    audit: 'whole',
    pattern,
    ...changes,
  };
}

export function newEvaluation(candidate: number, seed: number, settingsDigest = 'aa'.repeat(32)): NewEvaluation {
  return {
    candidate,
    seed,
    settingsDigest,
    dataset: 'morse',
    datasetDigest: 'dd'.repeat(32),
    trainingSettings: { epochs: 2, learningRate: 0.001 },
    engine: 'tfjs',
    backend: 'wasm',
    device: 'a test',
  };
}

export const finishedWith = (testAccuracy: number) =>
  ({ status: 'finished', reason: null, testAccuracy, samplesPerSecond: 1000.5, durationMs: 12.25 }) as const;

/** `count` fingerprints as a search keeps them: 32 bytes each, here all of the candidate's number. */
export function seenBytes(count: number): Uint8Array {
  const seen = new Uint8Array(32 * count);
  for (let n = 0; n < count; n++) seen.fill((n + 1) % 251, 32 * n, 32 * (n + 1));
  return seen;
}
