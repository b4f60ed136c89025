import { InvalidValueError } from '../base/caller-errors.ts';
import { type Failure, failure, type Outcome, success } from '../base/failure.ts';
import type { Random } from '../base/random.ts';
import { type Ceiling, noiseCeiling, repeatability } from './ceiling.ts';
import { spearman } from './correlation.ts';
import type { Estimate } from './gain.ts';
import { describeMeaning } from './link-meaning.ts';
import { judgeLink } from './link-verdict.ts';
import type { Observation } from './observation.ts';
import { outcomesOf } from './paired-seeds.ts';
import { type Answer, decisiveQuestion, type LinkPlan, type QuestionFinding } from './question.ts';
import { residuals } from './residuals.ts';
import { numericColumn, proxyColumns, rangeOf, type TrainedTable } from './table.ts';

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

interface StratumFinding {
  /** null where no column of strata was named */
  readonly stratum: string | null;
  readonly candidates: number;
  readonly seeds: number;
  readonly verdict: Answer;
  readonly why: string;
  readonly meaning: string;
  /** of the first question, or of the one that made the claim */
  readonly gain: Estimate | null;
  readonly questions: readonly QuestionFinding[];
  readonly inOrder: number | null;
  readonly p: number | null;
  /** of proxy and mean accuracy, over all patterns: description only; null where a side is constant */
  readonly spearman: number | null;
  /** ICC(3,1) and ICC(3,k) of accuracies within families; null where no two patterns share two seeds */
  readonly icc: number | null;
  readonly reliability: number | null;
  /** accuracy points: between trainings of one pattern, between patterns of one family */
  readonly trainingSd: number | null;
  readonly patternSd: number | null;
  readonly ceiling: Ceiling;
  readonly diverged: number;
}

export interface TableFinding {
  readonly proxy: string;
  readonly given: readonly string[];
  /** patterns with at least one training and a proxy value */
  readonly rows: number;
  readonly strata: readonly StratumFinding[];
  /** null with several strata: they are never pooled */
  readonly verdict: Answer | null;
  readonly meaning: string;
}

/** The seed of a table's permutations has one stream a stratum, so that one stratum's answer does not depend on the others. */
export interface TableOptions {
  readonly random: Random;
  readonly permutations?: number;
}

export const DEFAULT_MARGIN = 0.5;

/** Compared pairs are apart by a hundredth: of 1 for fractions such as scatter, else of the range. */
const LEAST_SHARE = 0.01;

/** Every pair of a family is looked at: 50 million take a few seconds and 900 MB. */
const MOST_IN_FAMILY = 10_000;

const ALL = 'all';

function chosenProxy(table: TrainedTable, asked: string | undefined): Outcome<string> {
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
interface JudgedRow {
  readonly observation: Observation;
  readonly stratum: string;
  readonly given: readonly number[];
}

function labelFault(table: TrainedTable, name: string | undefined): Failure | null {
  if (name === undefined || table.columns.includes(name)) return null;
  return failure('bad-table', `it has no column "${name}"`, `Columns: ${table.columns.join(', ')}.`);
}

function judgeable(table: TrainedTable, request: TableRequest, proxy: string): Outcome<readonly JudgedRow[]> {
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
function withGiven(rows: readonly JudgedRow[]): Observation[] {
  const observations = rows.map(({ observation }) => observation);
  const columns = (rows[0]?.given ?? []).map((_, column) => rows.map(({ given }) => given[column]));
  if (columns.length === 0) return observations;
  const scatter = residuals(
    observations.map((observation) => observation.scatter),
    columns,
  );
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

function planOf(observations: readonly Observation[], request: TableRequest): LinkPlan {
  const values = observations.map(({ scatter }) => scatter);
  const { low, high } = rangeOf(values);
  const isGiven = (request.given ?? []).length > 0;
  const { randomLevel = low, top = high, margin = DEFAULT_MARGIN, family } = request;
  const isFraction = low >= 0 && high <= 1 && !isGiven;
  return {
    ...{ randomLevel, top, margin },
    leastDifference: LEAST_SHARE * (isFraction ? 1 : high - low),
    familiesCount: family !== undefined,
  };
}

function judgeStratum(
  rows: readonly JudgedRow[],
  request: TableRequest,
  proxy: string,
  stratum: string | null,
  options: TableOptions,
): StratumFinding {
  const observations = withGiven(rows);
  const plan = planOf(observations, request);
  const found = judgeLink(observations, plan, request.randomLevel !== undefined, options);
  const outcomes = outcomesOf(observations, 'missing');
  const repeated = repeatability(observations);
  const { gain, inOrder, p } = decisiveQuestion(found.questions);
  return {
    stratum,
    candidates: observations.length,
    seeds: Math.max(...observations.map(({ accuracies }) => accuracies.filter((accuracy) => accuracy !== null).length)),
    verdict: found.verdict,
    why: found.why,
    meaning: describeMeaning(found, plan, proxy, request.randomLevel !== undefined),
    ...{ gain, questions: found.questions, inOrder, p },
    spearman: spearman(
      outcomes.map((outcome) => outcome.scatter),
      outcomes.map((outcome) => outcome.accuracy),
    ),
    icc: repeated?.icc ?? null,
    reliability: repeated?.reliability ?? null,
    trainingSd: repeated?.trainingSd ?? null,
    patternSd: repeated?.patternSd ?? null,
    ceiling: noiseCeiling(observations),
    diverged: found.diverged,
  };
}

function tooLarge(rows: readonly JudgedRow[]): Failure | null {
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

/** @throws RangeError for levels or a margin that cannot be */
function checkLevels({ randomLevel, top, margin = DEFAULT_MARGIN }: TableRequest): void {
  if (!(margin > 0)) throw new InvalidValueError(`the margin must be above 0 accuracy points; got ${margin}`);
  if (randomLevel !== undefined && top !== undefined && !(top > randomLevel)) {
    throw new InvalidValueError(`the top must be above the random level; got ${top} and ${randomLevel}`);
  }
}

/** Values of all strata in natural order: 2 before 10. */
const natural = new Intl.Collator('en', { numeric: true });

/**
 * Judges whether a column of a table predicts accuracy, by the rule of a study. Failures 'bad-table', 'table-too-large'.
 * @throws RangeError for levels or a margin that cannot be
 */
export function judgeTable(table: TrainedTable, request: TableRequest, options: TableOptions): Outcome<TableFinding> {
  checkLevels(request);
  const proxy = chosenProxy(table, request.proxy);
  if (!proxy.ok) return proxy;
  const rows = judgeable(table, request, proxy.value);
  if (!rows.ok) return rows;
  const excess = tooLarge(rows.value);
  if (excess !== null) return excess;
  const names = [...new Set(rows.value.map(({ stratum }) => stratum))].sort(natural.compare);
  const strata = names.map((name, index) =>
    judgeStratum(
      rows.value.filter(({ stratum }) => stratum === name),
      request,
      proxy.value,
      request.stratum === undefined ? null : name,
      { ...options, random: options.random.fork(index) },
    ),
  );
  const single = strata.length === 1 ? strata[0] : null;
  return success({
    proxy: proxy.value,
    given: request.given ?? [],
    rows: rows.value.length,
    strata,
    verdict: single?.verdict ?? null,
    meaning: single?.meaning ?? describeStrata(strata, proxy.value, request.margin ?? DEFAULT_MARGIN),
  });
}

function describeStrata(strata: readonly StratumFinding[], proxy: string, margin: number): string {
  const by = (verdict: Answer) => strata.filter((finding) => finding.verdict === verdict).map(({ stratum }) => stratum);
  const parts: [Answer, string][] = [
    ['predicts', `${proxy} predicts accuracy in`],
    ['misleads', `misleads in`],
    ['no-link', `has no link worth ${margin} points in`],
    ['cannot-tell', `cannot be judged in`],
  ];
  const said = parts.flatMap(([verdict, words]) =>
    by(verdict).length === 0 ? [] : [`${words} ${by(verdict).join(', ')}`],
  );
  const text = said.join('; ');
  return `${text.startsWith(proxy) ? text : `${proxy} ${text}`}. Strata are never pooled, so there is no verdict over all of them.`;
}
