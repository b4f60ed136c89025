import { safeJson } from '../base/clean-text.ts';
import { plural } from '../base/plural.ts';
import { scoreTitle } from '../base/score.ts';
import type { CandidateRecord } from '../store/records.ts';
import { type TrainingShown, uncountedText } from '../study/training-shown.ts';
import { sharedFrontText } from '../training/frozen-front/shared-front.ts';
import { csvLines } from './csv.ts';
import type { TextOptions } from './format.ts';
import { leaderboardColumns } from './leaderboard-columns.ts';
import { eachTableLine } from './table.ts';

/** What is ranked, and the keys of the scatter vector's entries, in its order. */
export interface LeaderboardView {
  /** gone through more than once; they may be made on the way, and are never all held */
  readonly rows: Iterable<CandidateRecord>;
  readonly entryKeys: readonly string[];
  /** names of what tells candidates of equal scatter apart, in the order that ranks; default: as the rows have them */
  readonly ties?: readonly string[];
  /** highest validation accuracy of any epoch, a mean over seeds; default: not known */
  readonly bestValidation?: (row: CandidateRecord) => number | null;
  /** what the accuracies are of; null or absent while nothing was trained */
  readonly training?: TrainingShown | null;
  /** scatter that no numbering of hidden neurons or classes changes; default: not known */
  readonly invariant?: (row: CandidateRecord) => number | null;
}

function tieNames(rows: Iterable<CandidateRecord>): string[] {
  const names = new Set<string>();
  for (const { ties } of rows) for (const name of Object.keys(ties)) names.add(name);
  return [...names];
}

function someDiverged(rows: Iterable<CandidateRecord>): boolean {
  for (const { diverged } of rows) if (diverged > 0) return true;
  return false;
}

/** A table that fits `options.width`, a line a candidate; scatter as fractions, accuracy in percent. */
export function* eachLeaderboardLine(view: LeaderboardView, options: TextOptions): Generator<string, void> {
  const { rows } = view;
  const described = {
    ...view,
    score: view.training?.score,
    ties: view.ties ?? tieNames(rows),
    anyDiverged: someDiverged(rows),
  };
  const shown = leaderboardColumns({ ...described, unicode: options.unicode }).flatMap(({ heading, text }) =>
    heading === null ? [] : [{ ...heading, text }],
  );
  yield* eachTableLine(shown, rows, options);
}

/** The same at once. */
export const leaderboardTable = (view: LeaderboardView, options: TextOptions): string =>
  `${[...eachLeaderboardLine(view, options)].join('\n')}\n`;

/** "Accuracy: on mnist after 30 epochs, by the sparse engine; not counted: 3 trainings under other settings." */
export function leaderboardTrainingText({
  dataset,
  epochs,
  engine,
  score,
  sharedFront,
  uncounted,
}: TrainingShown): string {
  const front = sharedFront === null ? '' : `, connected layers alone (${sharedFrontText(sharedFront)})`;
  const rest = uncounted.length === 0 ? '' : `; not counted: ${uncountedText(uncounted)}`;
  return `${scoreTitle(score)}: on ${dataset} after ${plural(epochs, 'epoch')}, by the ${engine} engine${front}${rest}.`;
}

/** RFC 4180, a header and a line a candidate. Fractions in full; what is not known is empty. */
export function leaderboardCsv(view: LeaderboardView): Generator<string, void> {
  const { rows, entryKeys, invariant = () => null } = view;
  const ties = view.ties ?? tieNames(rows);
  const header = [
    ...['candidate', 'fingerprint', 'strategy', 'scatter', ...entryKeys],
    ...[
      'accuracyMean',
      'accuracySd',
      'accuracyN',
      'diverged',
      'otherScatter',
      'invariant',
      'island',
      'round',
      'audit',
      'createdAt',
    ],
    ...ties,
  ];
  const fields = (row: CandidateRecord) => [
    ...[row.number, row.fingerprint, row.strategy, row.scatter],
    ...entryKeys.map((_, index) => row.vector[index] ?? null),
    ...[row.accuracy?.mean ?? null, row.accuracy?.sd ?? null, row.accuracy?.n ?? null, row.diverged],
    ...[row.otherScatter, invariant(row), row.island, row.round, row.audit, row.createdAt],
    ...ties.map((name) => row.ties[name] ?? null),
  ];
  return csvLines(header, each(rows, fields));
}

function* each<Row, Made>(rows: Iterable<Row>, make: (row: Row) => Made): Generator<Made, void> {
  for (const row of rows) yield make(row);
}

/** One row of `leaderboard --json`. */
export interface LeaderboardJsonRow {
  readonly candidate: number;
  readonly fingerprint: string;
  readonly strategy: string;
  /** its strategy, with the kind of start where that has several */
  readonly family: string;
  readonly scatter: number;
  /** by entry, in the order of `entries` */
  readonly vector: readonly number[];
  readonly accuracy: { readonly mean: number; readonly sd: number | null; readonly n: number } | null;
  /** trainings that finished: what the mean is over */
  readonly finished: number;
  /** trainings under the same settings that diverged; they count in no mean, and rank the candidate below those without */
  readonly diverged: number;
  /** what `accuracy` is of; null where there is none */
  readonly training: Omit<TrainingShown, 'uncounted'> | null;
  /** highest validation accuracy of any epoch, a mean over the same trainings; `accuracy` is the last epoch's whatever it says */
  readonly bestValidation: number | null;
  readonly entries: readonly string[];
  readonly otherScatter: number | null;
  /** the least entry that no numbering of hidden neurons or classes changes: no part of S; null where no entry tells */
  readonly invariant: number | null;
  readonly otherVector: readonly number[] | null;
  /** what tells candidates of equal scatter apart, by name; null where it was not measured */
  readonly ties: Readonly<Record<string, number | null>>;
  readonly island: number;
  readonly round: number;
  readonly audit: 'whole' | 'sampled';
  readonly createdAt: string;
}

function trainingOf({ training = null }: Omit<LeaderboardView, 'rows'>): LeaderboardJsonRow['training'] {
  if (training === null) return null;
  const { dataset, epochs, engine, score, sharedFront } = training;
  return { dataset, epochs, engine, sharedFront, ...(score == null ? {} : { score }) };
}

export function leaderboardJsonRow(row: CandidateRecord, view: Omit<LeaderboardView, 'rows'>): LeaderboardJsonRow {
  const { entryKeys, bestValidation = () => null, invariant = () => null } = view;
  return {
    candidate: row.number,
    fingerprint: row.fingerprint,
    strategy: row.strategy,
    family: row.family,
    scatter: row.scatter,
    vector: row.vector,
    accuracy: row.accuracy,
    finished: row.accuracy?.n ?? 0,
    diverged: row.diverged,
    training: row.accuracy === null ? null : trainingOf(view),
    bestValidation: row.accuracy === null ? null : bestValidation(row),
    entries: entryKeys,
    otherScatter: row.otherScatter,
    invariant: invariant(row),
    otherVector: row.otherVector,
    ties: row.ties,
    island: row.island,
    round: row.round,
    audit: row.audit,
    createdAt: row.createdAt,
  };
}

/** One JSON document, a list of rows as `JSON.stringify` writes it with two spaces, a row at a time. */
export function* leaderboardJson(view: LeaderboardView): Generator<string, void> {
  let before = '[\n';
  for (const row of view.rows) {
    yield `${before}  ${safeJson(leaderboardJsonRow(row, view), 2).replaceAll('\n', '\n  ')}`;
    before = ',\n';
  }
  yield before === ',\n' ? '\n]\n' : '[]\n';
}
