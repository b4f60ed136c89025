import { uniformRandomPattern } from '../../strategies/uniform-random.ts';
import type { Random } from '../base/random.ts';
import type { Architecture } from '../pattern/architecture.ts';
import type { Direction, Entry } from '../pattern/entries.ts';
import { fingerprint, type Pattern } from '../pattern/pattern.ts';
import { type JunctionStructure, patternStructure } from '../pattern/structure.ts';
import { certificate, entryBound, scoreBound } from '../scatter/bound.ts';
import { invariantScatter } from '../scatter/invariant.ts';
import { scoreBoth } from '../scatter/kernel.ts';
import type { Metric } from '../scatter/metric.ts';
import { randomLevels } from '../scatter/random-level.ts';

/** One entry of a scored vector with what there is to hold it against. */
export interface EntryReport {
  readonly span: string;
  readonly direction: Direction;
  readonly value: number;
  /** highest value that degrees and windows allow */
  readonly bound: number;
  /** mean over random patterns of the same degrees: exact for one junction, sampled for longer spans */
  readonly random: number;
  readonly vacuous: boolean;
  readonly windows: number;
  /** null where windows differ in size */
  readonly windowSize: number | null;
  readonly ideal: number | null;
}

/** The scatter of a pattern, with every entry of its vector. */
export interface PatternReport {
  readonly fingerprint: string;
  readonly scatter: number;
  readonly metric: Metric;
  readonly vector: readonly EntryReport[];
  readonly bound: number;
  /** mean S of random patterns */
  readonly random: number;
  /** null also where every entry is vacuous: then nothing is certified */
  readonly certificate: 'optimal' | null;
  /** least of the entries that do not depend on how hidden neurons and classes are numbered (scatter/invariant.ts); no part of S */
  readonly invariant: number | null;
  /** why `invariant` is null; null where it is not */
  readonly invariantReason: string | null;
  readonly other: { readonly metric: Metric; readonly scatter: number; readonly vector: readonly number[] } | null;
  /** why `other` is null; null where it is not */
  readonly otherReason: string | null;
  /** kinds of regular sparsity that the junctions have; no part of S */
  readonly structure: readonly JunctionStructure[];
}

export interface ReportRequest {
  readonly architecture: Architecture;
  readonly entries: readonly Entry[];
  readonly metric: Metric;
  readonly random: Random;
}

/** Random patterns drawn for the levels of spans and of S: many where they are cheap. */
export const randomSamples = (edges: number): number => Math.min(64, Math.max(2, Math.floor(2e6 / edges)));

/** Everything that can be said of one pattern's scatter. */
export function reportPattern(pattern: Pattern, request: ReportRequest): PatternReport {
  const { architecture, entries, metric, random } = request;
  const sample = (source: Random) => uniformRandomPattern({ architecture, entries, metric, target: null }, source);
  const { score, other, otherReason } = scoreBoth(pattern, entries, metric);
  const edges = pattern.junctions.reduce((sum, sources) => sum + sources.length, 0);
  const levels = randomLevels(entries, architecture, metric, sample, random, randomSamples(edges));
  const invariant = invariantScatter(score, entries, architecture);
  return {
    fingerprint: fingerprint(pattern),
    scatter: score.scatter,
    metric,
    vector: entries.map((entry, index) => ({
      span: `${entry.from}:${entry.to}`,
      direction: entry.direction,
      value: score.vector[index],
      bound: entryBound(entry, architecture, metric),
      random: levels.vector[index].value,
      vacuous: entry.vacuousUnder[metric],
      windows: entry.windows.count,
      windowSize: entry.windowSize,
      ideal: entry.ideal,
    })),
    bound: scoreBound(entries, architecture, metric),
    random: levels.scatter.value,
    certificate: certificate(score, entries, architecture),
    invariant: invariant.value,
    invariantReason: invariant.reason,
    other: other === null ? null : { metric: other.metric, scatter: other.scatter, vector: other.vector },
    otherReason,
    structure: patternStructure(pattern, architecture),
  };
}
