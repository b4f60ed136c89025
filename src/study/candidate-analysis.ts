import { Random } from '../base/random.ts';
import { junctionSizes } from '../pattern/architecture.ts';
import { scatterEntries } from '../pattern/entries.ts';
import type { Pattern } from '../pattern/pattern.ts';
import { measureProxies, proxies } from '../proxies/index.ts';
import type { Better } from '../proxies/proxy.ts';
import { type Metric, metrics } from '../scatter/metric.ts';
import { windowShares } from '../scatter/window-shares.ts';
import type { Store, StudyRecord } from '../store/index.ts';
import { reportPattern } from './pattern-report.ts';
import { searchDefaults } from './search-defaults.ts';
import { entryOptionsOf } from './settings.ts';

/** A matrix to look at: which edges a junction has, or what neurons have from windows. */
export type PatternPicture = { readonly name: string; readonly rows: number; readonly columns: number } & (
  | {
      readonly kind: 'edges';
      /** right-major, as a pattern keeps a junction: rows are right neurons */
      readonly sources: Uint32Array;
    }
  | {
      readonly kind: 'shares';
      /** row-major, 0 to 255 */
      readonly values: Uint8Array;
    }
);

/** What a proxy says of a candidate. */
export interface ProxyReading {
  readonly name: string;
  readonly value: number | null;
  readonly better: Better;
  readonly unit: string;
  /** why there is no value; null where there is one */
  readonly reason: string | null;
}

/** What has to be measured on a candidate's pattern. */
export interface CandidateAnalysis {
  /** mean over random patterns of the same degrees, by entry; null where it could not be sampled */
  readonly random: readonly number[] | null;
  /** mean S of random patterns */
  readonly randomScatter: number | null;
  readonly proxies: readonly ProxyReading[];
  readonly pictures: readonly PatternPicture[];
}

function readings(pattern: Pattern, { architecture }: StudyRecord): ProxyReading[] {
  return [...measureProxies(pattern, architecture)].map(([name, { value, reason }]) => {
    const proxy = proxies.get(name);
    return { name, value, reason, better: proxy?.better ?? 'higher', unit: proxy?.unit ?? '' };
  });
}

/** The junctions of a pattern as pictures. */
const junctionPictures = (pattern: Pattern): PatternPicture[] =>
  junctionSizes(pattern).map(({ number, left, right }) => ({
    kind: 'edges',
    name: `junction ${number}: ${right} right × ${left} left neurons`,
    rows: right,
    columns: left,
    sources: pattern.junctions[number - 1],
  }));

function windowPictures(pattern: Pattern, study: StudyRecord, metric: Metric): PatternPicture[] {
  return scatterEntries(study.architecture, entryOptionsOf(study), metric).flatMap((entry): PatternPicture[] => {
    const shares = windowShares(pattern, entry, metric);
    if (shares === null) return [];
    const { rows, columns, values } = shares;
    return [{ kind: 'shares', name: `${entry.key}: ${rows} neurons × ${columns} windows`, rows, columns, values }];
  });
}

/** Random levels, proxies and pictures of a candidate's pattern: seconds for a large network. @throws ScattershotError */
export function candidateAnalysis(store: Store, study: StudyRecord, number: number): CandidateAnalysis {
  const pattern = store.loadPattern(study.id, number);
  const metric = metrics.find((name) => name === study.metric) as Metric;
  const entries = scatterEntries(study.architecture, entryOptionsOf(study), metric);
  const random = Random.fromSeed(searchDefaults.seed);
  const report = reportPattern(pattern, { architecture: study.architecture, entries, metric, random });
  return {
    random: report.vector.map((entry) => entry.random),
    randomScatter: report.random,
    proxies: readings(pattern, study),
    pictures: [...junctionPictures(pattern), ...windowPictures(pattern, study, metric)],
  };
}
