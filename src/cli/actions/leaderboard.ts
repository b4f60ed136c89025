import { unwrap } from '../../base/failure.ts';
import {
  eachLeaderboardLine,
  leaderboardCsv,
  leaderboardJson,
  leaderboardTrainingText,
} from '../../report/leaderboard.ts';
import type { Board, BoardQuery, CandidateRecord, FilterTerm, SortKey } from '../../store/index.ts';
import { bestValidationOf } from '../../study/best-validation.ts';
import { studyBoard, studyRanking } from '../../study/leaderboard.ts';
import { studyInvariant } from '../../study/study-invariant.ts';
import { trainingShown } from '../../study/training-shown.ts';
import { browse, isBrowsable } from '../browse.ts';
import { type Context, type GlobalOptions, makeContext } from '../context.ts';
import { usage } from '../errors.ts';
import { withStore } from '../stores.ts';
import { TABLE_ROWS } from '../table-rows.ts';

interface LeaderboardOptions extends GlobalOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly once?: boolean;
  readonly limit?: number;
  readonly sort?: readonly SortKey[];
  readonly filter?: readonly FilterTerm[];
}

/** Rows of a table that are held in memory at most. */
const MOST_HELD = 1000;

/** Damaged rows that are named at most. */
const MOST_NAMED = 3;

/** Rows of a board that can be gone through again; damaged ones are told once, and not taken for something that was never there. */
class SoundRows {
  readonly #board: Board;
  readonly #query: BoardQuery;
  readonly #limit: number;
  readonly #damaged = new Map<number, string>();

  constructor(board: Board, query: BoardQuery, limit: number) {
    this.#board = board;
    this.#query = query;
    this.#limit = limit;
  }

  *[Symbol.iterator](): Generator<CandidateRecord, void> {
    for (const { number, record, why } of this.#board.each(this.#query, this.#limit)) {
      if (record === null) this.#damaged.set(number, why ?? 'unreadable');
      else yield record;
    }
  }

  /** Of the rows that were gone through. */
  warnOfDamage(context: Context): void {
    const damaged = [...this.#damaged];
    for (const [number, why] of damaged.slice(0, MOST_NAMED)) {
      context.warn(`candidate ${number} is damaged (${why}) and left out.`);
    }
    if (damaged.length > MOST_NAMED)
      context.warn(`${damaged.length - MOST_NAMED} more rows are damaged; see: scattershot studies check`);
  }
}

export async function leaderboardAction(name: string | undefined, options: LeaderboardOptions): Promise<void> {
  const context = makeContext(options);
  const { sort = [], filter = [], limit, json = false, csv = false, once = false } = options;
  if (isBrowsable(context, json || csv || once || limit !== undefined)) {
    return browse(context, { study: name ?? null, sort, filter, database: options.db });
  }
  await print(name, options, context);
}

async function print(name: string | undefined, options: LeaderboardOptions, context: Context): Promise<void> {
  await withStore(context, 'read', async (store) => {
    const study = unwrap(store.getStudy(name ?? null));
    const board = studyBoard(store, study);
    const { sort, filter, limit } = options;
    usage(board.check({ sort, filter }));
    const asDocument = options.json || options.csv;
    const all = new SoundRows(board, { sort, filter }, limit ?? (asDocument ? Number.POSITIVE_INFINITY : TABLE_ROWS));
    // A table of some rows is read once; a longer one is gone through again for its widths.
    const rows = !asDocument && (limit ?? TABLE_ROWS) <= MOST_HELD ? [...all] : all;
    const training = trainingShown(store, study);
    const view = { rows, entryKeys: study.entryKeys, invariant: studyInvariant(study), training };
    if (options.json) {
      const best = bestValidationOf(store, study);
      await context.writeAll(leaderboardJson({ ...view, bestValidation: ({ number }) => best(number) }));
    } else if (options.csv) await context.writeAll(leaderboardCsv({ ...view, ties: board.tieNames() }));
    else await context.printAll(eachLeaderboardLine(view, context.text));
    all.warnOfDamage(context);
    const count = board.count({ filter });
    if (count === 0) context.say(`${study.name} keeps no such candidate.`);
    if (asDocument) return;
    if (training !== null && Array.isArray(rows) && rows.some(({ accuracy }) => accuracy !== null))
      context.print(leaderboardTrainingText(training));
    if (sort === undefined) context.say(`Ranked by ${studyRanking(study).description}.`);
    const shown = Math.min(count, limit ?? TABLE_ROWS);
    if (shown < count) {
      context.say(`${shown} of ${count} candidates of ${study.name}; --limit ${count} shows all.`);
    }
  });
}
