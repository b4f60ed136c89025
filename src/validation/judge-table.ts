import { InvalidValueError } from '../base/caller-errors.ts';
import { type Outcome, success } from '../base/failure.ts';
import type { Random } from '../base/random.ts';
import { type Ceiling, noiseCeiling, repeatability } from './ceiling.ts';
import { spearman } from './correlation.ts';
import { DEFAULT_MARGIN } from './default-margin.ts';
import type { Estimate } from './gain.ts';
import { describeMeaning } from './link-meaning.ts';
import { judgeLink } from './link-verdict.ts';
import type { Observation } from './observation.ts';
import { outcomesOf } from './paired-seeds.ts';
import { type Answer, decisiveQuestion, type LinkPlan, type QuestionFinding } from './question.ts';
import { rangeOf, type TrainedTable } from './table.ts';
import {
  chosenProxy,
  type JudgedRow,
  judgeableRows,
  observationsOfRows,
  sizeFault,
  type TableRequest,
} from './table-rows.ts';

/** What a table, or one stratum of it, says. */
export interface StratumFinding {
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

/** The answer of a table, stratum by stratum. */
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

/** Compared pairs are apart by a hundredth: of 1 for scatter, as in a study; else of the range. */
const LEAST_SHARE = 0.01;

/**
 * The levels that a gain counts between, and what tells patterns apart.
 * @throws RangeError where nothing lies above the random level
 */
function planOf(
  observations: readonly Observation[],
  request: TableRequest,
  proxy: string,
  stratum: string | null,
): LinkPlan {
  const values = observations.map(({ scatter }) => scatter);
  const { low, high } = rangeOf(values);
  const isGiven = (request.given ?? []).length > 0;
  const { randomLevel = low, top = high, margin = DEFAULT_MARGIN, family } = request;
  if ((request.randomLevel !== undefined || request.top !== undefined) && !(top > randomLevel)) {
    const where = stratum === null ? '' : ` in stratum ${stratum}`;
    throw new InvalidValueError(
      `expected a top of ${proxy} above the random level${where}; got ${top} and ${randomLevel}`,
    );
  }
  const isScatter = proxy === 'scatter' && !isGiven;
  return {
    ...{ randomLevel, top, margin, proxy },
    leastDifference: LEAST_SHARE * (isScatter ? 1 : high - low),
    familiesCount: family !== undefined,
  };
}

const describeProxy = (proxy: string, { given = [] }: TableRequest) =>
  given.length === 0 ? proxy : `${proxy} given ${given.join(' and ')}`;

function judgeStratum(
  rows: readonly JudgedRow[],
  request: TableRequest,
  proxy: string,
  stratum: string | null,
  options: TableOptions,
): StratumFinding {
  const observations = observationsOfRows(rows);
  const plan = planOf(observations, request, proxy, stratum);
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
    meaning: describeMeaning(found, plan, describeProxy(proxy, request), request.randomLevel !== undefined),
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
  const rows = judgeableRows(table, request, proxy.value);
  if (!rows.ok) return rows;
  const excess = sizeFault(rows.value);
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
