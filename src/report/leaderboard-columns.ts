import { type MaybeScore, scoreName } from '../base/score.ts';
import type { CandidateRecord } from '../store/records.ts';
import { fraction, MISSING, scoreSpreadText, scoreValueText } from './format.ts';
import type { Column } from './table.ts';

/** A column of the leaderboard as a table shows it, under the name that the store sorts and filters by. */
export interface LeaderboardColumn {
  readonly name: string;
  /** null: not in the table that is printed */
  readonly heading: Omit<Column<CandidateRecord>, 'text'> | null;
  text(row: CandidateRecord): string;
}

export interface LeaderboardColumnsOptions {
  /** keys of the scatter vector's entries, in its order */
  readonly entryKeys: readonly string[];
  /** names of what tells candidates of equal scatter apart, in the order that ranks; default: none */
  readonly ties?: readonly string[];
  /** whether any training diverged: most studies have none, and a column of zeros would push another one out; default false */
  readonly anyDiverged?: boolean;
  readonly unicode?: boolean;
  /** what stands for accuracy; default: accuracy */
  readonly score?: MaybeScore;
  /** scatter that no numbering of hidden neurons or classes changes; default: not known */
  readonly invariant?: (row: CandidateRecord) => number | null;
}

/** "1:2 forward" → "1:2 fwd", so that a whole vector has a chance to fit. */
const shortKey = (key: string) => key.replace('forward', 'fwd').replace('backward', 'bwd');

type Heading = LeaderboardColumn['heading'];
type Text = LeaderboardColumn['text'];

const column = (name: string, text: Text, heading: Heading = null): LeaderboardColumn => ({ name, text, heading });

const right = (title: string, priority: number): Heading => ({ title, align: 'right', priority });

const accuracyColumns = ({
  anyDiverged = false,
  unicode = true,
  score,
}: LeaderboardColumnsOptions): LeaderboardColumn[] => [
  column('accuracy', ({ accuracy }) => scoreValueText(accuracy?.mean ?? null, score, 2), right(scoreName(score), 1)),
  column(
    'sd',
    ({ accuracy }) => (accuracy?.sd == null ? MISSING : scoreSpreadText(accuracy.sd, score)),
    right(unicode ? '± sd' : '+/- sd', 3),
  ),
  column('seeds', ({ accuracy }) => String(accuracy?.n ?? 0), right('seeds', 4)),
  column('diverged', ({ diverged }) => String(diverged), anyDiverged ? right('diverged', 1) : null),
];

const origin = ({ invariant = () => null }: LeaderboardColumnsOptions): LeaderboardColumn[] => [
  column('fingerprint', (row) => row.fingerprint.slice(0, 10), { title: 'fingerprint', align: 'left', priority: 6 }),
  column('invariant', (row) => fraction(invariant(row))),
  column('other-scatter', (row) => fraction(row.otherScatter)),
  column('island', (row) => String(row.island)),
  column('round', (row) => String(row.round)),
  column('audit', (row) => row.audit),
  column('created', (row) => row.createdAt),
];

/** Every column that shows a candidate by itself, in the order of the table. */
export function leaderboardColumns(options: LeaderboardColumnsOptions): LeaderboardColumn[] {
  const { entryKeys, ties = [] } = options;
  return [
    column('candidate', (row) => String(row.number), right('#', 0)),
    column('strategy', (row) => row.strategy, { title: 'strategy', align: 'left', priority: 1, least: 8 }),
    column('family', (row) => row.family),
    column('scatter', (row) => fraction(row.scatter), right('S', 0)),
    ...accuracyColumns(options),
    ...entryKeys.map((key, index) =>
      column(key.replaceAll(' ', '-'), (row) => fraction(row.vector[index] ?? null), right(shortKey(key), 5)),
    ),
    ...ties.map((name) => column(name, (row) => fraction(row.ties[name] ?? null), right(name, 7))),
    ...origin(options),
  ];
}
