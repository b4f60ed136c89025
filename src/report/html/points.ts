import { mean } from 'simple-statistics';
import type { MaybeScore } from '../../base/score.ts';
import type { ReportedCandidate, StudyReport } from '../../study/study-report.ts';

/** Accuracies of charts: percentages; other scores as they were told. */
const shownAs = (score: MaybeScore) => (score == null ? 100 : 1);

/** Families of the candidates, in order of first appearance. */
export const families = ({ candidates }: StudyReport): string[] => [
  ...new Set(candidates.map(({ record }) => record.family)),
];

/** Standard normal quantile of a 95 % interval. */
const Z = 1.96;

const finishedSeeds = ({ accuracies }: ReportedCandidate) =>
  accuracies.filter((value) => typeof value === 'number').length;

/** One trained candidate; the interval is the spread between trainings of one candidate, by its number of seeds. */
export interface ScatterPoint {
  readonly family: string;
  readonly scatter: number;
  readonly accuracy: number;
  readonly low: number | null;
  readonly high: number | null;
}

export function scatterPoints({ candidates, spread, score }: StudyReport): ScatterPoint[] {
  return candidates.flatMap((candidate) => {
    if (candidate.accuracy === null) return [];
    const { family, scatter } = candidate.record;
    const accuracy = shownAs(score) * candidate.accuracy;
    const reach = spread === null ? null : (Z * spread.trainingSd) / Math.sqrt(finishedSeeds(candidate));
    const ends = { low: reach === null ? null : accuracy - reach, high: reach === null ? null : accuracy + reach };
    return [{ family, scatter, accuracy, ...ends }];
  });
}

/** Candidates of one family at one level. */
export interface LevelMean {
  readonly family: string;
  /** scatter wanted; where none was, the random level */
  readonly level: number;
  readonly candidates: number;
  readonly accuracy: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Mean accuracy by family and level; the interval is of patterns and trainings together. */
export function levelMeans({ candidates, randomLevel, spread, score }: StudyReport): LevelMean[] {
  const cells = new Map<string, { family: string; level: number; members: ReportedCandidate[] }>();
  for (const candidate of candidates) {
    if (candidate.accuracy === null) continue;
    const { family } = candidate.record;
    const level = candidate.level ?? randomLevel;
    const key = JSON.stringify([family, level]);
    const cell = cells.get(key) ?? { family, level, members: [] };
    cell.members.push(candidate);
    cells.set(key, cell);
  }
  return [...cells.values()]
    .map(({ family, level, members }) => {
      const accuracy = shownAs(score) * mean(members.map((member) => member.accuracy ?? 0));
      const variance =
        spread === null
          ? null
          : mean(members.map((member) => spread.patternSd ** 2 + spread.trainingSd ** 2 / finishedSeeds(member)));
      const reach = variance === null ? null : Z * Math.sqrt(variance / members.length);
      const ends = { low: reach === null ? null : accuracy - reach, high: reach === null ? null : accuracy + reach };
      return { family, level, candidates: members.length, accuracy, ...ends };
    })
    .sort((a, b) => a.level - b.level);
}
