import { type Outcome, success, unwrap } from '../../base/failure.ts';
import type { TrainingScore } from '../../base/score.ts';
import { type Accuracies, type TrainedState, WITH_STANDINGS } from '../accuracies.ts';
import type { Candidates, RankingKey } from '../candidates.ts';
import type { Connection, SqlParameters } from '../connection.ts';
import type { CandidateRecord, StudyRecord } from '../records.ts';
import { type BoardColumn, type BoardCriterion, boardColumns, findColumn, type SqlColumn } from './columns.ts';
import { conditionsOf } from './conditions.ts';
import type { FilterTerm } from './filter-terms.ts';
import { addBoardFunctions } from './functions.ts';
import { orderOfKeys } from './order.ts';
import { BoardSnapshot } from './snapshot.ts';
import type { SortKey } from './sort-keys.ts';

/** How a study ranks its candidates, which is not for the store to say. */
export interface BoardRanking {
  /** the whole order, equal candidates aside, which go by number */
  readonly rankingKey: RankingKey;
  /** the same in words, S first */
  readonly criteria: readonly BoardCriterion[];
  /** the S that was wanted, nearest first; null: the highest */
  readonly target: number | null;
  /** entries (from 0) of which the invariant scatter is the least; none: it is not known */
  readonly invariantEntries: readonly number[];
}

export interface BoardQuery {
  /** default: the study's own order, which also decides between those that are equal in every key */
  readonly sort?: readonly SortKey[];
  /** default: all */
  readonly filter?: readonly FilterTerm[];
}

export interface BoardRange {
  /** how many are passed over; default 0 */
  readonly offset?: number;
  /** how many at most; default: all */
  readonly limit?: number;
}

export interface BoardRow {
  readonly number: number;
  readonly state: TrainedState;
  /** null where the row is damaged */
  readonly record: CandidateRecord | null;
  /** how it is damaged; null for a sound one */
  readonly why: string | null;
}

/** Candidates that share a family. */
export interface FamilySummary {
  readonly family: string;
  readonly candidates: number;
  /** of them, those with a finished training */
  readonly trained: number;
  readonly bestScatter: number;
  /** best mean accuracy of a candidate none of whose trainings diverged; null while there is none */
  readonly bestAccuracy: number | null;
}

interface BoardParts {
  readonly connection: Connection;
  readonly accuracies: Accuracies;
  readonly candidates: Candidates;
}

/** Rows that are held in memory at once. */
const PAGE_ROWS = 500;

/** A query as SQL: what is selected from, and in what order. */
interface Plan {
  /** the WITH clause where trainings are needed; else empty */
  readonly with: string;
  readonly from: string;
  readonly orderBy: string;
  readonly parameters: SqlParameters;
}

/**
 * The candidates of one study: sorted, filtered and counted by the database, and read by pages, so that a board of any length costs
 * the memory of one page. Damaged rows have their place among the others and are told, never hidden.
 */
export class Board {
  readonly #parts: BoardParts;
  readonly #study: StudyRecord;
  readonly #ranking: BoardRanking;
  #columns: readonly SqlColumn[] | null = null;
  #score: TrainingScore | null = null;

  constructor(parts: BoardParts, study: StudyRecord, ranking: BoardRanking) {
    this.#parts = parts;
    this.#study = study;
    this.#ranking = ranking;
    addBoardFunctions(parts.connection);
    parts.connection.function(
      this.#keyFunction,
      (scatter: number, otherScatter: number | null, ties: string): Uint8Array =>
        ranking.rankingKey({ scatter, otherScatter, ties: tiesOf(ties) }),
    );
  }

  /** What stands for accuracy; null: accuracy. Asked once, since a study that trains has one. */
  get score(): TrainingScore | null {
    this.#score ??= this.#parts.connection.read(() => this.#parts.accuracies.score(this.#study.id));
    return this.#score;
  }

  /** In the order of the table. */
  get columns(): readonly BoardColumn[] {
    return this.#sqlColumns();
  }

  /** Names of what tells candidates of equal scatter apart, in the order that ranks. Reads every row. */
  tieNames(): string[] {
    const { connection } = this.#parts;
    const found = connection.read(() =>
      connection.column<string>(
        `SELECT key FROM candidates, json_each(iif(json_valid(ties), ties, '{}')) WHERE study_id = @study GROUP BY key ORDER BY min(number), min(json_each.id)`,
        { study: this.#study.id },
      ),
    );
    const ranked = this.#ranking.criteria.map(({ name }) => name).filter((name) => found.includes(name));
    return [...new Set([...ranked, ...found])];
  }

  /** Whether the query fits the board's columns. Failures 'bad-sort', and 'bad-filter' with its place. */
  check(query: BoardQuery): Outcome<null> {
    const plan = this.#plan(query);
    return plan.ok ? success(null) : plan;
  }

  /** Numbers of the candidates, in order. @throws ScattershotError as `check` */
  numbers(query: BoardQuery = {}, { offset = 0, limit = -1 }: BoardRange = {}): number[] {
    return this.#reading(query, ({ with: trainings, from, orderBy, parameters }) =>
      this.#parts.connection.column<number>(
        `${trainings} SELECT c.number ${from} ORDER BY ${orderBy} LIMIT @limit OFFSET @offset`,
        { ...parameters, limit, offset },
      ),
    );
  }

  /** How many pass the filter. @throws ScattershotError as `check` */
  count(query: BoardQuery = {}): number {
    return this.#reading({ ...query, sort: [] }, ({ with: trainings, from, parameters }) => {
      const [count] = this.#parts.connection.column<number>(`${trainings} SELECT count(*) ${from}`, parameters);
      return count;
    });
  }

  /** How many stand before the candidate; null where it is not among them. @throws ScattershotError as `check` */
  position(query: BoardQuery, number: number): number | null {
    return this.#reading(query, ({ with: trainings, from, orderBy, parameters }) => {
      const placed = `SELECT c.number, row_number() OVER (ORDER BY ${orderBy}) AS place ${from}`;
      const sql = `${trainings} SELECT place - 1 FROM (${placed}) WHERE number = @number`;
      const [place] = this.#parts.connection.column<number>(sql, { ...parameters, number });
      return place ?? null;
    });
  }

  /** These candidates, in this order; those that are no longer kept are left out. */
  rows(numbers: readonly number[]): BoardRow[] {
    return this.#parts.candidates.read(this.#study, numbers).map((read): BoardRow => {
      const found = read.ok ? { record: read.value, why: null } : { record: null, why: read.why };
      return { number: read.number, state: read.state, ...found };
    });
  }

  /**
   * Every row in order, a page at a time. Sorts once where there is no limit.
   * @param limit how many sound rows at most: damaged ones come besides. @throws ScattershotError as `check`
   */
  *each(query: BoardQuery = {}, limit = Number.POSITIVE_INFINITY): Generator<BoardRow, void> {
    if (limit === Number.POSITIVE_INFINITY) return yield* this.#paged(this.numbers(query));
    let offset = 0;
    for (let wanted = limit; wanted > 0; ) {
      const numbers = this.numbers(query, { offset, limit: wanted });
      for (const row of this.#paged(numbers)) {
        if (row.record !== null) wanted--;
        yield row;
      }
      if (numbers.length < wanted || numbers.length === 0) return;
      offset += numbers.length;
    }
  }

  *#paged(numbers: readonly number[]): Generator<BoardRow, void> {
    for (let from = 0; from < numbers.length; from += PAGE_ROWS)
      yield* this.rows(numbers.slice(from, from + PAGE_ROWS));
  }

  /** The order of this moment, for a cursor to move in: 8 bytes a row. @throws ScattershotError as `check` */
  snapshot(query: BoardQuery = {}): BoardSnapshot<BoardRow> {
    return new BoardSnapshot(this.numbers(query), (numbers) => this.rows(numbers));
  }

  /** The best scatter first. */
  families(): FamilySummary[] {
    return this.#reading({}, ({ parameters }) =>
      this.#parts.connection.all<FamilySummary>(
        `${WITH_STANDINGS}
         SELECT family, count(*) AS candidates, count(t.mean) AS trained, max(scatter) AS bestScatter,
           ${this.score?.better === 'lower' ? 'min' : 'max'}(t.mean) FILTER (WHERE t.diverged = 0) AS bestAccuracy
         FROM candidates c LEFT JOIN t ON t.candidate = c.number WHERE c.study_id = @study
         GROUP BY family ORDER BY bestScatter DESC, family`,
        parameters,
      ),
    );
  }

  #reading<T>(query: BoardQuery, work: (plan: Plan) => T): T {
    return this.#parts.connection.read(() => work(unwrap(this.#plan(query))));
  }

  #plan({ sort = [], filter = [] }: BoardQuery): Outcome<Plan> {
    const columns = this.#columnsFor([...sort, ...filter.flatMap(({ comparison }) => comparison ?? [])]);
    const conditions = conditionsOf(filter, columns);
    if (!conditions.ok) return conditions;
    const order = orderOfKeys(sort, columns, this.#rankingKeySql());
    if (!order.ok) return order;
    const { sql, parameters } = conditions.value;
    const needsTrainings = /\bt\.\w/.test(`${sql} ${order.value}`);
    return success({
      with: needsTrainings ? WITH_STANDINGS : '',
      from: `FROM candidates c ${needsTrainings ? 'LEFT JOIN t ON t.candidate = c.number' : ''} WHERE c.study_id = @study AND ${sql}`,
      orderBy: order.value,
      parameters: { ...this.#parts.accuracies.standingParameters(this.#study.id), ...parameters },
    });
  }

  #sqlColumns(tieNames: readonly string[] = []): readonly SqlColumn[] {
    const { entryKeys } = this.#study;
    return boardColumns({ entryKeys, ...this.#ranking, tieNames, score: this.score });
  }

  /** Names that candidates were measured in under another order are looked for only where somebody asks for such a one. */
  #columnsFor(named: readonly { readonly column: string }[]): readonly SqlColumn[] {
    this.#columns ??= this.#sqlColumns();
    const known = this.#columns;
    if (named.some(({ column }) => findColumn(known, column) === undefined)) {
      this.#columns = this.#sqlColumns(this.tieNames());
    }
    return this.#columns;
  }

  get #keyFunction(): string {
    return `ranking_key_${this.#study.id}`;
  }

  /** The stored keys, where they say what the ranking says; a study of an earlier version has none, or others. */
  #rankingKeySql(): string {
    const stored = (direction: 'ASC' | 'DESC') =>
      this.#parts.connection.get<{ is: Uint8Array | null; should: Uint8Array }>(
        `SELECT ranking_key AS "is", ${this.#keyFunction}(scatter, other_scatter, ties) AS should
         FROM candidates WHERE study_id = @study ORDER BY ranking_key ${direction} LIMIT 1`,
        { study: this.#study.id },
      );
    const areRight = [stored('ASC'), stored('DESC')].every(
      (row) => row === undefined || (row.is !== null && Buffer.compare(row.is, row.should) === 0),
    );
    return areRight ? 'c.ranking_key' : `${this.#keyFunction}(c.scatter, c.other_scatter, c.ties)`;
  }
}

/** Damage may have left no JSON there. */
function tiesOf(text: string): Readonly<Record<string, number | null>> {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
