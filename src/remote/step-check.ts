import { z } from 'zod';
import { InvalidValueError } from '../base/caller-errors.ts';
import { readBy } from '../base/documents.ts';
import { metricSchema } from '../pattern/entries-schema.ts';
import { packPattern, unpackPattern } from '../pattern/formats/packed.ts';
import { fingerprint, type Pattern } from '../pattern/pattern.ts';
import { otherMetric, type ScatterScore } from '../scatter/metric.ts';
import type { ScoredCandidate } from '../search/candidate.ts';
import { checkedPattern } from '../search/checked-pattern.ts';
import { fingerprintReader, type SharedFingerprints } from '../search/fingerprint-set.ts';
import { KIND } from '../search/guarded-strategy.ts';
import { compareCandidates } from '../search/ranking.ts';
import type { Elite, Problem } from '../search/strategy.ts';
import type { StepResult, StepTask } from '../search/tasks.ts';
import { fromWire } from './wire-reader.ts';
import { toWire } from './wire-writer.ts';

/** @throws RangeError for what is not of the schema */
function readPlain<T>(schema: z.ZodType<T>, bytes: Uint8Array): T {
  const read = readBy(schema, fromWire(bytes));
  if (read.ok) return read.value;
  throw new InvalidValueError(`expected another form; got one where ${read.why}`);
}

/** What a step found, its state aside. */
type StepFinds = Omit<StepResult, 'state'>;

const share = z.number().min(0).max(1);
const scoreSchema = z.strictObject({ scatter: share, vector: z.array(share).min(1) });
const eliteSchema = z.strictObject({
  packed: z.instanceof(Uint8Array),
  score: z.strictObject({ ...scoreSchema.shape, metric: metricSchema }),
});

/** An elite for the wire, its pattern packed. */
export function packElite({ pattern, score: { metric, scatter, vector } }: Elite): Uint8Array<ArrayBuffer> {
  const packed = packPattern(pattern) as Uint8Array<ArrayBuffer>;
  const elite: z.infer<typeof eliteSchema> = { packed, score: { metric, scatter, vector: [...vector] } };
  return toWire(elite, 'the elite');
}

/** In shared memory, as elites of one machine are: a strategy that holds on to one fails everywhere. @throws RangeError for no elite */
export function unpackElite(bytes: Uint8Array, { layers, fanOuts }: Problem['architecture']): Elite {
  const { packed, score } = readPlain(eliteSchema, bytes);
  const junctions = unpackPattern(packed, { layers, fanOuts }).junctions.map((sources) => {
    const shared = new Uint32Array(new SharedArrayBuffer(sources.byteLength));
    shared.set(sources);
    return shared;
  });
  return { pattern: { layers, fanOuts, junctions }, score };
}

const findsSchema = z.strictObject({
  swaps: z.int().nonnegative(),
  duplicates: z.int().nonnegative(),
  candidates: z.array(
    z.strictObject({
      packed: z.instanceof(Uint8Array),
      kind: z.string().regex(KIND).optional(),
      score: scoreSchema,
      other: scoreSchema.nullable(),
      ties: z.record(z.string(), z.number().nullable()),
    }),
  ),
});
type Finds = z.infer<typeof findsSchema>;
type FoundClaim = Finds['candidates'][number];

/** A step's finds for the wire. Fingerprints do not travel: whoever reads it makes its own. */
export function packFinds({ swaps, duplicates, candidates }: StepFinds): Uint8Array<ArrayBuffer> {
  const plain = ({ scatter, vector }: ScatterScore): FoundClaim['score'] => ({ scatter, vector: [...vector] });
  const claims = candidates.map(({ pattern, kind, score, other, ties }): FoundClaim => {
    const packed = packPattern(pattern) as Uint8Array<ArrayBuffer>;
    return {
      ...{ packed, score: plain(score), other: other === null ? null : plain(other), ties: { ...ties } },
      ...(kind === undefined ? {} : { kind }),
    };
  });
  return toWire({ swaps, duplicates, candidates: claims } satisfies Finds, 'the result');
}

/** What a step that another machine did is checked against. */
export interface StepCheck extends Pick<StepTask, 'island' | 'round' | 'toBeat'> {
  /** as the island sees it */
  readonly problem: Problem;
  /** of the whole search; null for the highest */
  readonly target: number | null;
  readonly order: readonly string[];
  /** left out, as a step of this machine leaves them out */
  readonly known: SharedFingerprints;
  readonly score: (pattern: Pattern, fingerprint: string, kind: string | undefined) => ScoredCandidate;
}

type Scores = Pick<ScoredCandidate, 'score' | 'other' | 'ties'>;

const saying = ({ score, other, ties }: Scores | FoundClaim): string => {
  const named = Object.keys(ties).toSorted();
  return JSON.stringify([
    ...[score.scatter, score.vector, other?.scatter ?? null, other?.vector ?? null],
    ...[named, named.map((name) => ties[name])],
  ]);
};

/**
 * Which candidates are scored anew before they are believed: all that might be kept or end the search, and one of the others. The rest
 * counts as evaluated, whatever it scores.
 */
function toRescore(found: readonly ScoredCandidate[], check: StepCheck): ReadonlySet<ScoredCandidate> {
  const { toBeat, problem, target, order, round } = check;
  if (toBeat === null || problem.target !== target) return new Set(found);
  const compare = compareCandidates(problem.target, order);
  const beats = ({ score, other, ties }: ScoredCandidate) => {
    const fields = { number: 1, scatter: score.scatter, otherScatter: other?.scatter ?? null, ties };
    return compare(fields, { ...toBeat, number: 0 }) < 0;
  };
  const others = found.filter((candidate) => !beats(candidate));
  return new Set([...found.filter(beats), ...others.slice(round % others.length).slice(0, 1)]);
}

/**
 * What another machine says that a step found, made to what a step of this machine gives: candidates that are known are left out.
 * @throws RangeError for what cannot be such a step's, with the reason
 */
export function checkFinds(bytes: Uint8Array, check: StepCheck): StepFinds {
  const { problem, known, score } = check;
  const { swaps, duplicates, candidates } = readPlain(findsSchema, bytes);
  const isKnown = fingerprintReader(known);
  const ids = new Set<string>();
  const found: ScoredCandidate[] = [];
  for (const { packed, kind, ...scores } of candidates) {
    const pattern = checkedPattern(unpackPattern(packed, problem.architecture), problem);
    const id = fingerprint(pattern);
    if (ids.has(id)) throw new InvalidValueError(`expected distinct candidates; got ${id.slice(0, 12)} twice`);
    ids.add(id);
    if (isKnown(id)) continue;
    const { metric } = problem;
    const own = { ...scores.score, metric };
    const other = scores.other === null ? null : { ...scores.other, metric: otherMetric(metric) };
    found.push({
      fingerprint: id,
      pattern,
      ...(kind === undefined ? {} : { kind }),
      score: own,
      other,
      ties: scores.ties,
    });
  }
  const anew = toRescore(found, check);
  const sound = found.map((candidate) => (anew.has(candidate) ? rescored(candidate, score) : candidate));
  return { swaps, candidates: sound, duplicates: duplicates + candidates.length - found.length };
}

/** @throws RangeError where it scores otherwise here */
function rescored(claimed: ScoredCandidate, score: StepCheck['score']): ScoredCandidate {
  const own = score(claimed.pattern, claimed.fingerprint, claimed.kind);
  if (saying(own) === saying(claimed)) return own;
  const name = claimed.fingerprint.slice(0, 12);
  throw new InvalidValueError(`candidate ${name} scores ${own.score.scatter} here; got ${claimed.score.scatter} of it`);
}
