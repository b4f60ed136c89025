import { plural } from '../base/plural.ts';
import type { CandidateRecord } from '../store/records.ts';
import { type TrainingShown, uncountedText } from '../study/training-shown.ts';
import { csvDocument } from './csv.ts';
import type { TextOptions } from './format.ts';
import { leaderboardColumns, tieNames } from './leaderboard-columns.ts';
import { tableLines } from './table.ts';

/** What is ranked, and the keys of the scatter vector's entries, in its order. */
export interface LeaderboardView {
  readonly rows: readonly CandidateRecord[];
  readonly entryKeys: readonly string[];
  /** by candidate: highest validation accuracy of any epoch, a mean over seeds */
  readonly bestValidation?: ReadonlyMap<number, number>;
  /** what the accuracies are of; null or absent while nothing was trained */
  readonly training?: TrainingShown | null;
  /** scatter that no numbering of hidden neurons or classes changes; default: not known */
  readonly invariant?: (row: CandidateRecord) => number | null;
}

/** A table that fits `options.width`, a line a candidate; scatter as fractions, accuracy in percent. */
export function leaderboardTable(view: LeaderboardView, options: TextOptions): string {
  const shown = leaderboardColumns({ ...view, unicode: options.unicode }).flatMap(({ heading, text }) =>
    heading === null ? [] : [{ ...heading, text }],
  );
  return `${tableLines(shown, view.rows, options).join('\n')}\n`;
}

/** "Accuracy: on mnist after 30 epochs, by the sparse engine; not counted: 3 trainings under other settings." */
export function leaderboardTrainingText({ dataset, epochs, engine, uncounted }: TrainingShown): string {
  const rest = uncounted.length === 0 ? '' : `; not counted: ${uncountedText(uncounted)}`;
  return `Accuracy: on ${dataset} after ${plural(epochs, 'epoch')}, by the ${engine} engine${rest}.`;
}

/** RFC 4180, a header and a line a candidate. Fractions in full; what is not known is empty. */
export function leaderboardCsv({ rows, entryKeys, invariant = () => null }: LeaderboardView): string {
  const ties = tieNames(rows);
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
  const lines = rows.map((row) => [
    ...[row.number, row.fingerprint, row.strategy, row.scatter],
    ...entryKeys.map((_, index) => row.vector[index] ?? null),
    ...[row.accuracy?.mean ?? null, row.accuracy?.sd ?? null, row.accuracy?.n ?? null, row.diverged],
    ...[row.otherScatter, invariant(row), row.island, row.round, row.audit, row.createdAt],
    ...ties.map((name) => row.ties[name] ?? null),
  ]);
  return csvDocument(header, lines);
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

function trainingOf({ training = null }: LeaderboardView): LeaderboardJsonRow['training'] {
  if (training === null) return null;
  const { dataset, epochs, engine } = training;
  return { dataset, epochs, engine };
}

export function leaderboardJson(view: LeaderboardView): LeaderboardJsonRow[] {
  const { rows, entryKeys, bestValidation, invariant = () => null } = view;
  const training = trainingOf(view);
  return rows.map((row) => ({
    candidate: row.number,
    fingerprint: row.fingerprint,
    strategy: row.strategy,
    family: row.family,
    scatter: row.scatter,
    vector: row.vector,
    accuracy: row.accuracy,
    finished: row.accuracy?.n ?? 0,
    diverged: row.diverged,
    training: row.accuracy === null ? null : training,
    bestValidation: bestValidation?.get(row.number) ?? null,
    entries: entryKeys,
    otherScatter: row.otherScatter,
    invariant: invariant(row),
    otherVector: row.otherVector,
    ties: row.ties,
    island: row.island,
    round: row.round,
    audit: row.audit,
    createdAt: row.createdAt,
  }));
}
