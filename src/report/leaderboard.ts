import type { CandidateRecord } from '../store/records.ts';
import { csvDocument } from './csv.ts';
import { fraction, MISSING, percent, plural, type TextOptions } from './format.ts';
import { type Column, tableLines } from './table.ts';

/** What is ranked, and the keys of the scatter vector's entries, in its order. */
export interface LeaderboardView {
  readonly rows: readonly CandidateRecord[];
  readonly entryKeys: readonly string[];
  /** by candidate: highest validation accuracy of any epoch, a mean over seeds */
  readonly bestValidation?: ReadonlyMap<number, number>;
  /** what the accuracies are of; null or absent while nothing was trained */
  readonly training?: LeaderboardTraining | null;
}

export interface LeaderboardTraining {
  readonly dataset: string;
  readonly epochs: number;
  readonly engine: string;
  /** finished trainings under other settings, which are not counted */
  readonly others: number;
}

/** "1:2 forward" → "1:2 fwd", so that a whole vector has a chance to fit. */
const shortKey = (key: string) => key.replace('forward', 'fwd').replace('backward', 'bwd');

/** Names of what tells candidates of equal scatter apart, in the order that ranks. */
const tieNames = (rows: readonly CandidateRecord[]) => [...new Set(rows.flatMap(({ ties }) => Object.keys(ties)))];

function leaderboardColumns({ rows, entryKeys }: LeaderboardView, options: TextOptions): Column<CandidateRecord>[] {
  const entries = entryKeys.map(
    (key, index): Column<CandidateRecord> => ({
      title: shortKey(key),
      align: 'right',
      priority: 5,
      text: (row) => fraction(row.vector[index] ?? null),
    }),
  );
  const ties = tieNames(rows).map(
    (name): Column<CandidateRecord> => ({
      title: name,
      align: 'right',
      priority: 7,
      text: (row) => fraction(row.ties[name] ?? null),
    }),
  );
  // Most studies have none, and a column of zeros would push another one out.
  const diverged: Column<CandidateRecord>[] = rows.some((row) => row.diverged > 0)
    ? [{ title: 'diverged', align: 'right', priority: 1, text: (row) => String(row.diverged) }]
    : [];
  const spread = (row: CandidateRecord) => (row.accuracy?.sd == null ? MISSING : (100 * row.accuracy.sd).toFixed(2));
  return [
    { title: '#', align: 'right', priority: 0, text: (row) => String(row.number) },
    { title: 'strategy', align: 'left', priority: 1, least: 8, text: (row) => row.strategy },
    { title: 'S', align: 'right', priority: 0, text: (row) => fraction(row.scatter) },
    { title: 'accuracy', align: 'right', priority: 1, text: (row) => percent(row.accuracy?.mean ?? null, 2) },
    { title: options.unicode ? '± sd' : '+/- sd', align: 'right', priority: 3, text: spread },
    { title: 'seeds', align: 'right', priority: 4, text: (row) => String(row.accuracy?.n ?? 0) },
    ...diverged,
    ...entries,
    ...ties,
    { title: 'fingerprint', align: 'left', priority: 6, text: (row) => row.fingerprint.slice(0, 10) },
  ];
}

/** A table that fits `options.width`, a line a candidate; scatter as fractions, accuracy in percent. */
export function leaderboardTable(view: LeaderboardView, options: TextOptions): string {
  return `${tableLines(leaderboardColumns(view, options), view.rows, options).join('\n')}\n`;
}

/** "Accuracy: on mnist after 30 epochs, by the sparse engine; 3 trainings under other settings are not counted." */
export function leaderboardTrainingText({ dataset, epochs, engine, others }: LeaderboardTraining): string {
  const counted = others === 1 ? 'is not counted' : 'are not counted';
  const rest = others === 0 ? '' : `; ${plural(others, 'training')} under other settings ${counted}`;
  return `Accuracy: on ${dataset} after ${plural(epochs, 'epoch')}, by the ${engine} engine${rest}.`;
}

/** RFC 4180, a header and a line a candidate. Fractions in full; what is not known is empty. */
export function leaderboardCsv({ rows, entryKeys }: LeaderboardView): string {
  const ties = tieNames(rows);
  const header = [
    ...['candidate', 'fingerprint', 'strategy', 'scatter', ...entryKeys],
    ...['accuracyMean', 'accuracySd', 'accuracyN', 'diverged', 'otherScatter', 'island', 'round', 'audit', 'createdAt'],
    ...ties,
  ];
  const lines = rows.map((row) => [
    ...[row.number, row.fingerprint, row.strategy, row.scatter],
    ...entryKeys.map((_, index) => row.vector[index] ?? null),
    ...[row.accuracy?.mean ?? null, row.accuracy?.sd ?? null, row.accuracy?.n ?? null, row.diverged],
    ...[row.otherScatter, row.island, row.round, row.audit, row.createdAt],
    ...ties.map((name) => row.ties[name] ?? null),
  ]);
  return csvDocument(header, lines);
}

/** One row of `leaderboard --json`. */
export interface LeaderboardJsonRow {
  readonly candidate: number;
  readonly fingerprint: string;
  readonly strategy: string;
  readonly scatter: number;
  /** by entry, in the order of `entries` */
  readonly vector: readonly number[];
  readonly accuracy: { readonly mean: number; readonly sd: number | null; readonly n: number } | null;
  /** trainings under the same settings that diverged; they count in no mean, and rank the candidate below those without */
  readonly diverged: number;
  /** what `accuracy` is of; null where there is none */
  readonly training: Omit<LeaderboardTraining, 'others'> | null;
  /** highest validation accuracy of any epoch, a mean over the same trainings; `accuracy` is the last epoch's whatever it says */
  readonly bestValidation: number | null;
  readonly entries: readonly string[];
  readonly otherScatter: number | null;
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
  const { rows, entryKeys, bestValidation } = view;
  const training = trainingOf(view);
  return rows.map((row) => ({
    candidate: row.number,
    fingerprint: row.fingerprint,
    strategy: row.strategy,
    scatter: row.scatter,
    vector: row.vector,
    accuracy: row.accuracy,
    diverged: row.diverged,
    training: row.accuracy === null ? null : training,
    bestValidation: bestValidation?.get(row.number) ?? null,
    entries: entryKeys,
    otherScatter: row.otherScatter,
    otherVector: row.otherVector,
    ties: row.ties,
    island: row.island,
    round: row.round,
    audit: row.audit,
    createdAt: row.createdAt,
  }));
}
