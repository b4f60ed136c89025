import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import { patternFault } from '../../src/pattern/pattern.ts';
import { scorePattern } from '../../src/scatter/kernel.ts';
import { inputEntry, makeTwins, renumberInputs } from '../../src/study/twins.ts';
import { uniformRandomPattern } from '../../strategies/uniform-random.ts';

const architecture = defineArchitecture({ layers: [64, 128, 16], fanOuts: [16, 4] });
const entries = scatterEntries(architecture, { windows: 'integral', spans: 'io' }, 'indicator');
const pattern = uniformRandomPattern({ architecture, entries, metric: 'indicator', target: null }, Random.fromSeed(4));

test('renumbering inputs changes the entries with windows on them alone', () => {
  const numbers = Random.fromSeed(1).shuffle(Uint32Array.from({ length: 64 }, (_, k) => k));
  const renumbered = renumberInputs(pattern, numbers);
  expect(patternFault(renumbered)).toBeNull();
  const before = scorePattern(pattern, entries, 'indicator').vector;
  const after = scorePattern(renumbered, entries, 'indicator').vector;
  const differ = entries.flatMap(({ key }, index) => (before[index] === after[index] ? [] : [key]));
  expect(differ).toContain('1:1 forward');
  for (const key of differ) expect(['1:1 forward', '1:2 forward']).toContain(key);
});

test('twins of one pattern reach from far below it to far above it on the inputs', () => {
  const entry = inputEntry(entries, 'indicator');
  if (entry === null) throw new Error('expected an input entry');
  const own = scorePattern(pattern, [entry], 'indicator').scatter;
  const twins = makeTwins([{ number: 7, pattern }], 6, entry, 'indicator', Random.fromSeed(2));
  expect(twins).toHaveLength(6);
  expect(new Set(twins.map(({ fingerprint }) => fingerprint)).size).toBe(6);
  for (const [place, { input, pattern: twin, base }] of twins.entries()) {
    expect(base).toBe(7);
    expect(patternFault(twin)).toBeNull();
    expect(scorePattern(twin, [entry], 'indicator').scatter).toBe(input);
    if (place % 2 === 0) expect(input).toBeGreaterThan(own);
    else expect(input).toBeLessThan(own);
  }
});

test('a dense first junction has no input entry that tells patterns apart', () => {
  const dense = defineArchitecture({ layers: [8, 8, 8], fanOuts: [8, 2] });
  expect(inputEntry(scatterEntries(dense, { windows: 'integral', spans: 'io' }, 'indicator'), 'indicator')).toBeNull();
});
