import { mean } from 'simple-statistics';
import { type Failure, failure, type Outcome, success } from '../base/failure.ts';
import type { Observation } from './observation.ts';
import { residuals } from './residuals.ts';
import { numericColumn, proxyColumns, type TrainedTable } from './table.ts';

/** What is asked of a table. */
export interface TableRequest {
  /** the column that is judged; default `scatter`, or the only column of numbers */
  readonly proxy?: string;
  /** column of families; absent: candidates count as exchangeable */
  readonly family?: string;
  /** column of strata, which are never pooled */
  readonly stratum?: string;
  /** columns whose least-squares line is taken off proxy and accuracy */
  readonly given?: readonly string[];
  /** proxy value of random patterns; with it the second question is asked */
  readonly randomLevel?: number;
  /** highest proxy value there is; default: the highest of the table */
  readonly top?: number;
  /** accuracy points; default 0.5 */
  readonly margin?: number;
}

/** Stratum and family of rows where no column of them was named. */
const ALL = 'all';

/** The column that is judged: the one asked for, else `scatter`, else the only one of numbers. Failure 'bad-table' */
export function chosenProxy(table: TrainedTable, asked: string | undefined): Outcome<string> {
  if (asked !== undefined) return success(asked);
  const known = proxyColumns(table);
  if (known.includes('scatter')) return success('scatter');
  if (known.length === 1) return success(known[0]);
  const message = 'it has no column "scatter", and no other was named';
  return failure(
    'bad-table',
    message,
    `Give --proxy with one of: ${known.join(', ') || '(it has no column of numbers)'}.`,
  );
}

/** One row that can be judged. */
export interface JudgedRow {
  readonly observation: Observation;
  readonly stratum: string;
  readonly given: readonly number[];
}

function labelFault(table: TrainedTable, name: string | undefined): Failure | null {
  if (name === undefined || table.columns.includes(name)) return null;
  return failure('bad-table', `it has no column "${name}"`, `Columns: ${table.columns.join(', ')}.`);
}

/** Rows that have a value of the proxy, of every given column, and an accuracy. Failure 'bad-table' */
export function judgeableRows(
  table: TrainedTable,
  request: TableRequest,
  proxy: string,
): Outcome<readonly JudgedRow[]> {
  const { family, stratum, given = [] } = request;
  for (const name of [family, stratum]) {
    const fault = labelFault(table, name);
    if (fault !== null) return fault;
  }
  const values = numericColumn(table, proxy);
  if (!values.ok) return values;
  const columns: (readonly (number | null)[])[] = [];
  for (const name of given) {
    const column = numericColumn(table, name);
    if (!column.ok) return column;
    columns.push(column.value);
  }
  const rows = table.rows.flatMap(({ line, cells, accuracies }, index): JudgedRow[] => {
    const scatter = values.value[index];
    const known = columns.flatMap((column) => column[index] ?? []);
    if (scatter === null || known.length < columns.length || accuracies.every((accuracy) => accuracy === null))
      return [];
    const observation = { candidate: line, family: family === undefined ? ALL : cells[family], scatter, accuracies };
    return [{ observation, stratum: stratum === undefined ? ALL : cells[stratum], given: known }];
  });
  if (rows.length > 0) return success(rows);
  return failure('bad-table', `no row has both a value of ${proxy} and an accuracy`, 'Check the columns.');
}

/** Proxy and accuracies with the line on other columns taken off: what is left says what the proxy adds to them. */
export function observationsOfRows(rows: readonly JudgedRow[]): Observation[] {
  const observations = rows.map(({ observation }) => observation);
  const columns = (rows[0]?.given ?? []).map((_, column) => rows.map(({ given }) => given[column]));
  if (columns.length === 0) return observations;
  const values = observations.map((observation) => observation.scatter);
  // The proxy's mean is put back, so that levels keep their meaning: those of a pattern whose other columns are average.
  const centre = mean(values);
  const scatter = residuals(values, columns).map((value) => centre + value);
  const seeds = Math.max(...observations.map(({ accuracies }) => accuracies.length));
  const adjusted = observations.map(({ accuracies }) => [...accuracies]);
  for (let seed = 0; seed < seeds; seed++) {
    const there = observations.flatMap(({ accuracies }, row) => (typeof accuracies[seed] === 'number' ? [row] : []));
    const left = residuals(
      there.map((row) => observations[row].accuracies[seed] as number),
      columns.map((column) => there.map((row) => column[row])),
    );
    for (const [place, row] of there.entries()) adjusted[row][seed] = left[place];
  }
  return observations.map((observation, row) => ({ ...observation, scatter: scatter[row], accuracies: adjusted[row] }));
}

/** Every pair of a family is looked at: 50 million take a few seconds and 900 MB. */
const MOST_IN_FAMILY = 10_000;

/** Why the pairs of the largest family cannot be compared (Failure 'table-too-large'), or null. */
export function sizeFault(rows: readonly JudgedRow[]): Failure | null {
  const counts = new Map<string, number>();
  for (const { stratum, observation } of rows) {
    const key = JSON.stringify([stratum, observation.family]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const most = Math.max(...counts.values());
  if (most <= MOST_IN_FAMILY) return null;
  const message = `${most} rows of one family are more than the ${MOST_IN_FAMILY} whose pairs can be compared`;
  return failure('table-too-large', message, 'Name a column with --stratum or --family, or judge a part of the table.');
}
