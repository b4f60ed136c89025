import { type MaybeScore, scoreName } from '../../base/score.ts';

/** What a column of the board holds, for those who filter and sort by it. */
export interface BoardColumn {
  /** as it is typed: "scatter" */
  readonly name: string;
  /** other names that are understood: the heading, say */
  readonly aliases: readonly string[];
  /** fractions may be typed as percentages */
  readonly kind: 'text' | 'number' | 'fraction';
  /** which values are better, and come first */
  readonly first: 'high' | 'low';
}

/** How tables show a value: as it is, as a fraction, in percent, in accuracy points, or its first ten characters. */
export type Shown = 'plain' | 'fraction' | 'percent' | 'points' | 'start';

/** With its SQL, over `c` (candidates) and `t` (their trainings). */
export interface SqlColumn extends BoardColumn {
  /** null where it is not known */
  readonly value: string;
  /** what is sorted by in place of the value, the higher the better: how near it is to one that was wanted, say */
  readonly rank?: string;
  readonly shown: Shown;
}

/** What candidates are compared in besides S, and which way round. */
export interface BoardCriterion {
  readonly name: string;
  readonly better: 'higher' | 'lower';
}

export interface BoardColumnsOptions {
  /** keys of the scatter vector's entries, in its order */
  readonly entryKeys: readonly string[];
  /** what the study ranks by; default: nothing else than S */
  readonly criteria?: readonly BoardCriterion[];
  /** the S that was wanted, nearest first; null or absent: the highest */
  readonly target?: number | null;
  /** entries (from 0) of which the invariant scatter is the least; default: none, so that it is not known */
  readonly invariantEntries?: readonly number[];
  /** what stands for accuracy; absent or null: accuracy */
  readonly score?: MaybeScore;
  /** further names in `ties` */
  readonly tieNames?: readonly string[];
}

/** "1:2 forward" → "1:2 fwd", so that a whole vector has a chance to fit. */
const shortKey = (key: string) => key.replace('forward', 'fwd').replace('backward', 'bwd');

/** Candidates of which some trainings diverged are below those of which none did: what finished flatters them. */
const DIVERGED_BELOW = 2;

const OTHER_SCATTER = 'other-scatter';

type Definition = Pick<SqlColumn, 'name' | 'kind' | 'value'> & Partial<SqlColumn>;

const column = (definition: Definition): SqlColumn => ({
  aliases: [],
  first: definition.kind === 'text' ? 'low' : 'high',
  shown: definition.kind === 'fraction' ? 'fraction' : 'plain',
  ...definition,
});

export const sqlText = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** A value inside a JSON column; null where damage has left no JSON there. */
const jsonValue = (json: string, path: string) => `CASE WHEN json_valid(${json}) THEN ${json} ->> ${sqlText(path)} END`;

const entryValue = (index: number) => jsonValue('c.vector', `$[${index}]`);

/** Path of a key, whatever it holds. */
const keyPath = (key: string) => `$.${JSON.stringify(key)}`;

const least = (values: readonly string[]) => {
  if (values.length === 0) return 'NULL';
  return values.length === 1 ? values[0] : `min(${values.join(', ')})`;
};

const identity = (): SqlColumn[] => [
  column({ name: 'candidate', aliases: ['#', 'number'], kind: 'number', first: 'low', value: 'c.number' }),
  column({ name: 'strategy', kind: 'text', value: 'c.strategy' }),
  column({ name: 'family', kind: 'text', value: 'c.family' }),
];

function scatterColumns({ entryKeys, target = null }: BoardColumnsOptions): [SqlColumn, ...SqlColumn[]] {
  const rank = target === null ? {} : { rank: `-abs(c.scatter - ${target})` };
  return [
    column({ name: 'scatter', aliases: ['S'], kind: 'fraction', value: 'c.scatter', ...rank }),
    ...entryKeys.map((key, index) =>
      column({
        ...{ name: key.replaceAll(' ', '-'), aliases: [shortKey(key)], kind: 'fraction', value: entryValue(index) },
      }),
    ),
  ];
}

/** Another score keeps the name of the column, which lines of commands say, and has its own beside. */
function accuracyColumn(score: MaybeScore): SqlColumn {
  if (score == null) {
    return column({
      ...{ name: 'accuracy', kind: 'fraction', shown: 'percent', value: 't.mean' },
      rank: `t.mean - iif(t.diverged > 0, ${DIVERGED_BELOW}, 0)`,
    });
  }
  const sign = score.better === 'lower' ? '-' : '';
  return column({
    ...{ name: 'accuracy', aliases: ['score', scoreName(score)], kind: 'number', value: 't.mean' },
    // Scores have no bounds: of all numbers, candidates with a diverged training have the least.
    rank: `iif(t.diverged > 0, -1e300, 0) + ${sign}t.mean`,
  });
}

const trainingColumns = ({ score }: BoardColumnsOptions): SqlColumn[] => [
  accuracyColumn(score),
  column({
    ...{ name: 'sd', aliases: ['± sd', '+/- sd'], kind: 'fraction', first: 'low', value: 't.sd' },
    ...(score == null ? { shown: 'points' as const } : { kind: 'number' as const, shown: 'plain' as const }),
  }),
  column({ name: 'seeds', aliases: ['finished'], kind: 'number', value: 'coalesce(t.finished, 0)' }),
  column({ name: 'diverged', kind: 'number', first: 'low', value: 'coalesce(t.diverged, 0)' }),
];

function tieColumns({ criteria = [], tieNames = [] }: BoardColumnsOptions): SqlColumn[] {
  const better = new Map(criteria.map((criterion) => [criterion.name, criterion.better]));
  const ranked = [...better.keys()].filter((name) => name !== 'scatter' && name !== OTHER_SCATTER);
  return [...new Set([...ranked, ...tieNames])].map((name) =>
    column({
      ...{ name, kind: 'number', first: better.get(name) === 'lower' ? 'low' : 'high', shown: 'fraction' },
      // Proxies are equal where they differ by round-off alone.
      value: `nine_digits(${jsonValue('c.ties', keyPath(name))})`,
    }),
  );
}

const origin = ({ invariantEntries = [] }: BoardColumnsOptions): SqlColumn[] => [
  column({ name: 'fingerprint', kind: 'text', shown: 'start', value: 'c.fingerprint' }),
  column({ name: 'invariant', kind: 'fraction', value: least(invariantEntries.map(entryValue)) }),
  column({ name: OTHER_SCATTER, aliases: ['otherScatter'], kind: 'fraction', value: 'c.other_scatter' }),
  column({ name: 'state', kind: 'text', value: `coalesce(t.state, 'untrained')` }),
  column({ name: 'island', kind: 'number', first: 'low', value: 'c.island' }),
  column({ name: 'round', kind: 'number', first: 'low', value: 'c.round' }),
  column({ name: 'audit', kind: 'text', value: 'c.audit' }),
  column({ name: 'created', aliases: ['createdAt'], kind: 'text', value: 'c.created_at' }),
];

/** Every column of a study's board, in the order of the table. */
export function boardColumns(options: BoardColumnsOptions): SqlColumn[] {
  const [scatter, ...entries] = scatterColumns(options);
  return [...identity(), scatter, ...trainingColumns(options), ...entries, ...tieColumns(options), ...origin(options)];
}

const normal = (name: string) => name.trim().toLowerCase().replaceAll(/\s+/g, '-');

/** By name or alias; capitals and spaces do not matter ("1:2 forward", "1:2-forward"). */
export function findColumn<Column extends BoardColumn>(columns: readonly Column[], name: string): Column | undefined {
  const wanted = normal(name);
  return columns.find((each) => [each.name, ...each.aliases].some((known) => normal(known) === wanted));
}
