import type { CandidateRecord } from '../store/records.ts';
import { fraction, MISSING, percent } from './format.ts';
import type { Column } from './table.ts';
import type { ValueColumn } from './table-filter.ts';

/** A column of the leaderboard: filtered and sorted by everywhere, shown in the text table where it has a heading there. */
export interface LeaderboardColumn extends ValueColumn<CandidateRecord> {
  readonly heading: Omit<Column<CandidateRecord>, 'text'> | null;
}

/** What candidates are compared in besides S, and which way round. */
interface OtherCriterion {
  readonly name: string;
  readonly better: 'higher' | 'lower';
}

export interface LeaderboardColumnsOptions {
  readonly rows: readonly CandidateRecord[];
  /** keys of the scatter vector's entries, in its order */
  readonly entryKeys: readonly string[];
  /** what the study ranks by; default: the higher the better */
  readonly criteria?: readonly OtherCriterion[];
  /** the S that was wanted, nearest first; null or absent: the highest */
  readonly target?: number | null;
  readonly unicode?: boolean;
  /** scatter that no numbering of hidden neurons or classes changes; default: not known */
  readonly invariant?: (row: CandidateRecord) => number | null;
}

/** "1:2 forward" → "1:2 fwd", so that a whole vector has a chance to fit. */
const shortKey = (key: string) => key.replace('forward', 'fwd').replace('backward', 'bwd');

type Definition = Pick<LeaderboardColumn, 'name' | 'kind' | 'value'> & Partial<LeaderboardColumn>;

/** How values of a kind are shown where nothing else is said. */
const shownAs = {
  fraction: (value: number | string | null) => fraction(value as number | null),
  number: (value: number | string | null) => (value === null ? MISSING : String(value)),
  text: (value: number | string | null) => (value === null ? MISSING : String(value)),
} as const;

function column(definition: Definition): LeaderboardColumn {
  const { kind, value } = definition;
  return {
    first: kind === 'text' ? 'low' : 'high',
    heading: null,
    text: (row) => shownAs[kind](value(row)),
    ...definition,
  };
}

/** Proxies are equal where they differ by round-off alone. */
const rounded = (value: number | null | undefined) => (value == null ? null : Number(value.toPrecision(9)));

function identity(): LeaderboardColumn[] {
  return [
    column({
      ...{ name: 'candidate', aliases: ['#', 'number'], kind: 'number', first: 'low' },
      heading: { title: '#', align: 'right', priority: 0 },
      value: (row) => row.number,
    }),
    column({
      ...{ name: 'strategy', kind: 'text', heading: { title: 'strategy', align: 'left', priority: 1, least: 8 } },
      value: (row) => row.strategy,
    }),
    column({ name: 'family', kind: 'text', value: (row) => row.family }),
  ];
}

/** Candidates of which some trainings diverged are below those of which none did: what finished flatters them. */
const DIVERGED_BELOW = 2;

function accuracyColumns({ rows, unicode = true }: LeaderboardColumnsOptions): LeaderboardColumn[] {
  const sdText = ({ accuracy }: CandidateRecord) => (accuracy?.sd == null ? MISSING : (100 * accuracy.sd).toFixed(2));
  return [
    column({
      ...{ name: 'accuracy', kind: 'fraction', heading: { title: 'accuracy', align: 'right', priority: 1 } },
      value: (row) => row.accuracy?.mean ?? null,
      text: (row) => percent(row.accuracy?.mean ?? null, 2),
      rank: (row) => (row.accuracy?.mean ?? 0) - (row.diverged > 0 ? DIVERGED_BELOW : 0),
    }),
    column({
      ...{ name: 'sd', aliases: ['± sd', '+/- sd'], kind: 'fraction', first: 'low', text: sdText },
      heading: { title: unicode ? '± sd' : '+/- sd', align: 'right', priority: 3 },
      value: (row) => row.accuracy?.sd ?? null,
    }),
    column({
      ...{ name: 'seeds', aliases: ['finished'], kind: 'number' },
      heading: { title: 'seeds', align: 'right', priority: 4 },
      value: (row) => row.accuracy?.n ?? 0,
    }),
    column({
      ...{ name: 'diverged', kind: 'number', first: 'low', value: (row) => row.diverged },
      // Most studies have none, and a column of zeros would push another one out.
      heading: rows.some(({ diverged }) => diverged > 0) ? { title: 'diverged', align: 'right', priority: 1 } : null,
    }),
  ];
}

function scatterColumns({ entryKeys, target = null }: LeaderboardColumnsOptions): LeaderboardColumn[] {
  return [
    column({
      ...{ name: 'scatter', aliases: ['S'], kind: 'fraction', heading: { title: 'S', align: 'right', priority: 0 } },
      value: (row) => row.scatter,
      ...(target === null ? {} : { rank: (row: CandidateRecord) => -Math.abs(row.scatter - target) }),
    }),
    ...entryKeys.map((key, index) =>
      column({
        ...{ name: key.replaceAll(' ', '-'), aliases: [shortKey(key)], kind: 'fraction' },
        heading: { title: shortKey(key), align: 'right', priority: 5 },
        value: (row) => row.vector[index] ?? null,
      }),
    ),
  ];
}

/** Names of what tells candidates of equal scatter apart, in the order that ranks. */
export const tieNames = (rows: readonly CandidateRecord[]): string[] => [
  ...new Set(rows.flatMap(({ ties }) => Object.keys(ties))),
];

const OTHER_SCATTER = 'other-scatter';

function tieColumns({ rows, criteria = [] }: LeaderboardColumnsOptions): LeaderboardColumn[] {
  const better = new Map(criteria.map((criterion) => [criterion.name, criterion.better]));
  const measured = tieNames(rows);
  const others = [...better.keys()].filter((name) => name !== 'scatter' && name !== OTHER_SCATTER);
  return [...new Set([...measured, ...others])].map((name) =>
    column({
      ...{ name, kind: 'number', first: better.get(name) === 'lower' ? 'low' : 'high' },
      heading: measured.includes(name) ? { title: name, align: 'right', priority: 7 } : null,
      value: (row) => rounded(row.ties[name]),
      text: (row) => fraction(row.ties[name] ?? null),
    }),
  );
}

function origin({ invariant = () => null }: LeaderboardColumnsOptions): LeaderboardColumn[] {
  return [
    column({
      ...{ name: 'fingerprint', kind: 'text', heading: { title: 'fingerprint', align: 'left', priority: 6 } },
      value: (row) => row.fingerprint,
      text: (row) => row.fingerprint.slice(0, 10),
    }),
    column({ name: 'invariant', kind: 'fraction', value: invariant }),
    column({ name: OTHER_SCATTER, aliases: ['otherScatter'], kind: 'fraction', value: (row) => row.otherScatter }),
    column({ name: 'island', kind: 'number', first: 'low', value: (row) => row.island }),
    column({ name: 'round', kind: 'number', first: 'low', value: (row) => row.round }),
    column({ name: 'audit', kind: 'text', value: (row) => row.audit }),
    column({ name: 'created', aliases: ['createdAt'], kind: 'text', value: (row) => row.createdAt }),
  ];
}

/** Every column of a study's leaderboard, in the order of the table. */
export function leaderboardColumns(options: LeaderboardColumnsOptions): LeaderboardColumn[] {
  const [scatter, ...entries] = scatterColumns(options);
  return [...identity(), scatter, ...accuracyColumns(options), ...entries, ...tieColumns(options), ...origin(options)];
}
