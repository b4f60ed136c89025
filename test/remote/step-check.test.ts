import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { packPattern } from '../../src/pattern/formats/packed.ts';
import { checkFinds, packElite, packFinds, type StepCheck, unpackElite } from '../../src/remote/step-check.ts';
import { fromWire } from '../../src/remote/wire-reader.ts';
import { toWire } from '../../src/remote/wire-writer.ts';
import type { ScoredCandidate } from '../../src/search/candidate.ts';
import { FingerprintSet } from '../../src/search/fingerprint-set.ts';
import { samplePattern } from '../pattern/sample-patterns.ts';
import { problem, scored } from '../search/sample-candidates.ts';

const made = Array.from({ length: 12 }, (_, seed) => scored(seed));
const byScatter = made.toSorted((a, b) => b.score.scatter - a.score.scatter);

function check(changes: Partial<StepCheck> = {}) {
  const rescored: string[] = [];
  const score = (_: unknown, id: string): ScoredCandidate => {
    rescored.push(id);
    return made.find(({ fingerprint }) => fingerprint === id)!;
  };
  const order = ['other-scatter'];
  return {
    rescored,
    asked: { island: 0, round: 1, toBeat: null, problem, target: null, order, known: [], score, ...changes },
  };
}

const finds = (candidates: readonly ScoredCandidate[]) => ({ swaps: 5, duplicates: 1, candidates });

/** Finds as a worker that lies sends them. */
function altered(change: (claim: Record<string, unknown>) => Record<string, unknown>): Uint8Array {
  const plain = fromWire(packFinds(finds(made.slice(0, 3)))) as { candidates: Record<string, unknown>[] };
  return toWire(
    { ...plain, candidates: plain.candidates.map((claim, at) => (at === 1 ? change(claim) : claim)) },
    'finds',
  );
}

test('what a step found comes as it was found, each scored anew while there is room', () => {
  const { asked, rescored } = check();
  expect(checkFinds(packFinds(finds(made)), asked)).toEqual(finds(made));
  expect(rescored).toEqual(made.map(({ fingerprint }) => fingerprint));
});

test('known candidates are left out and counted, the others keep their order', () => {
  const known = new FingerprintSet();
  for (const { fingerprint } of [made[0], made[3]]) known.add(fingerprint);
  const { asked } = check({ known: known.shared });
  const { candidates, duplicates } = checkFinds(packFinds(finds(made.slice(0, 5))), asked);
  expect([candidates, duplicates]).toEqual([[made[1], made[2], made[4]], 3]);
});

test('once there is no room those are scored anew that might be kept, and one of the others', () => {
  const { score, other, ties } = byScatter[2];
  const toBeat = { scatter: score.scatter, otherScatter: other?.scatter ?? null, ties };
  const { asked, rescored } = check({ toBeat, round: 7 });
  expect(checkFinds(packFinds(finds(made)), asked)).toEqual(finds(made));
  const better = byScatter.filter((candidate) => candidate.score.scatter > toBeat.scatter);
  for (const { fingerprint } of better) expect(rescored).toContain(fingerprint);
  expect(rescored.length).toBeLessThan(made.length);
  expect(new Set(rescored).size).toBe(rescored.length);
  const { rescored: all, asked: ownTarget } = check({ toBeat, target: 0.5 });
  checkFinds(packFinds(finds(made)), ownTarget);
  expect(all).toHaveLength(made.length);
});

const otherNet = packPattern(samplePattern([16, 12, 8], [6, 4], 1));
const { layers, fanOuts } = problem.architecture;
const lies: readonly (readonly [string, (claim: Record<string, unknown>) => Record<string, unknown>, RegExp])[] = [
  [
    'a better score',
    (claim) => ({ ...claim, score: { ...(claim.score as object), scatter: 1 } }),
    /scores 0\.\d+ here; got 1 of it/,
  ],
  ['another vector', (claim) => ({ ...claim, score: { ...(claim.score as object), vector: [0.5] } }), /scores .* here/],
  ['another score in the other metric', (claim) => ({ ...claim, other: null }), /scores .* here/],
  ['better ties', (claim) => ({ ...claim, ties: { ...(claim.ties as object), rank: 1e6 } }), /scores .* here/],
  ['another network', (claim) => ({ ...claim, packed: otherNet }), /must have the sizes/],
  ['a pattern that is none', (claim) => ({ ...claim, packed: Uint8Array.of(1, 2, 3) }), /expected a packed pattern/],
  ['one of them twice', (claim) => ({ ...claim, packed: packPattern(made[0].pattern) }), /distinct candidates/],
  ['a kind that breaks a name', (claim) => ({ ...claim, kind: 'a/b\u001b[2J' }), /candidates\.1\.kind/],
  ['a score above 1', (claim) => ({ ...claim, score: { scatter: 2, vector: [2] } }), /candidates\.1\.score/],
  ['no number', (claim) => ({ ...claim, score: { scatter: Number.NaN, vector: [0] } }), /candidates\.1\.score/],
  ['something more', (claim) => ({ ...claim, number: 1 }), /candidates\.1/],
  ['no list of bytes', (claim) => ({ ...claim, packed: 'SP' }), /candidates\.1\.packed/],
];
for (const [what, lie, message] of lies) {
  test(`refused where it says ${what}`, () => {
    expect(() => checkFinds(altered(lie), check().asked)).toThrow(message);
  });
}

test('refused where a pattern breaks a constraint', () => {
  const forbidden = [[[made[0].pattern.junctions[0][0], 0]], []] as const;
  const { asked } = check({ problem: { ...problem, constraints: { forbidden } } });
  expect(() => checkFinds(packFinds(finds(made.slice(0, 1))), asked)).toThrow(/keeps the constraints/);
});

test('whatever bytes come, a step’s finds are checked or refused', () => {
  const random = Random.fromSeed(4);
  const whole = packFinds(finds(made.slice(0, 2)));
  for (let turn = 0; turn < 500; turn++) {
    const bytes = Uint8Array.from(whole);
    for (let change = 0; change < 2; change++) bytes[random.below(bytes.length)] = random.below(256);
    try {
      expect(checkFinds(bytes, check().asked).candidates.length).toBeLessThanOrEqual(2);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
    }
  }
});

test('an elite comes in memory that threads share, as elites of one machine are', () => {
  const elite = { pattern: made[0].pattern, score: made[0].score };
  const read = unpackElite(packElite(elite), problem.architecture);
  expect(read.pattern.junctions[0].buffer).toBeInstanceOf(SharedArrayBuffer);
  expect({ ...read.pattern, junctions: read.pattern.junctions.map((sources) => [...sources]) }).toEqual({
    ...{ layers, fanOuts },
    junctions: elite.pattern.junctions.map((sources) => [...sources]),
  });
  expect(read.score).toEqual(elite.score);
  expect(() => unpackElite(toWire({ packed: otherNet, score: elite.score }, 'elite'), problem.architecture)).toThrow(
    /sizes/,
  );
});
