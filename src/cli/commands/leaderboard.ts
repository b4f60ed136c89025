import { Command, Option } from 'commander';
import { unwrap } from '../../base/failure.ts';
import {
  leaderboardCsv,
  leaderboardJson,
  leaderboardTable,
  leaderboardTrainingText,
} from '../../report/leaderboard.ts';
import { type LeaderboardColumn, leaderboardColumns } from '../../report/leaderboard-columns.ts';
import { type FilterTerm, parseFilter, rowFilter } from '../../report/table-filter.ts';
import { parseSort, rowOrder, type SortKey } from '../../report/table-sort.ts';
import type { CandidateRecord, Store, StudyRecord } from '../../store/index.ts';
import { bestValidations } from '../../study/best-validation.ts';
import { rankedCandidates, studyRanking } from '../../study/leaderboard.ts';
import { targetOf } from '../../study/settings.ts';
import { studyInvariant } from '../../study/study-invariant.ts';
import { trainingShown } from '../../study/training-shown.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';
import { usage } from '../errors.ts';
import { parsed, wholeNumber } from '../parse.ts';
import { withStore } from '../stores.ts';

interface LeaderboardOptions extends GlobalOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly limit?: number;
  readonly sort?: readonly SortKey[];
  readonly filter?: readonly FilterTerm[];
}

/** Rows of a table that nobody asked to limit. */
const TABLE_ROWS = 20;

const HELP = `
Columns, for --sort and --filter: candidate, strategy, family, scatter, invariant, accuracy, sd, seeds, diverged, the entries
of the scatter vector such as 1:2-forward, the proxies that the study ranks by such as four-cycles, fingerprint, other-scatter,
island, round, audit, created. seeds are the trainings that finished, diverged those that have no accuracy; sorted by accuracy,
candidates with diverged trainings stand below those without.

--sort puts the better first in every column, a minus the worse; rows that are equal in one are sorted by the next, and
in the end by the study's own order, which is the default.

--filter keeps rows for which all conditions hold: COLUMN OPERATOR VALUE with = != > >= < <=, spaces or commas between.
Fractions may be percentages; COLUMN=- is what is not known; several = of one column are alternatives. A word alone is
looked for in all cells, except "trained" and "untrained", which say whether a candidate has an accuracy.

Examples:
  scattershot leaderboard --sort accuracy
  scattershot leaderboard morse-1 --csv > morse.csv
  scattershot leaderboard --sort accuracy,-scatter --filter "scatter>0.9 strategy=anneal accuracy>=60%"
  scattershot leaderboard --filter "trained strategy!=uniform-random 1:2-forward>=0.8"`;

export function leaderboardCommand(): Command {
  return new Command('leaderboard')
    .description('the candidates that a study keeps, best first')
    .argument('[study]', 'a study (default: the newest)')
    .addOption(
      new Option('--sort <columns>', "one or more, such as accuracy,-scatter (default: the study's order)").argParser(
        parsed(parseSort),
      ),
    )
    .addOption(
      new Option('--filter <conditions>', 'such as "scatter>0.9 strategy=anneal accuracy>=60%"').argParser(
        parsed(parseFilter),
      ),
    )
    .addOption(
      new Option('--limit <n>', `rows (default: ${TABLE_ROWS} in a table, all in JSON and CSV)`).argParser(
        wholeNumber(1),
      ),
    )
    .addOption(new Option('--json', 'one JSON document').conflicts('csv'))
    .option('--csv', 'comma-separated values')
    .addHelpText('after', HELP)
    .action(leaderboard);
}

const isTrained = ({ accuracy }: CandidateRecord) => accuracy !== null;
const words = { trained: isTrained, untrained: (row: CandidateRecord) => !isTrained(row) };

/** @param rows in the study's order, which decides between those that are equal in all keys */
function chosenRows(
  rows: readonly CandidateRecord[],
  columns: readonly LeaderboardColumn[],
  { sort = [], filter = [] }: LeaderboardOptions,
): readonly CandidateRecord[] {
  const passes = usage(rowFilter(filter, columns, words));
  return rows.filter(passes).toSorted(usage(rowOrder(sort, columns)));
}

/** Damaged rows that are named at most. */
const MOST_NAMED = 3;

/** What is left out of the leaderboard is told, and not taken for something that was never there. */
function warnOfDamage(store: Store, study: StudyRecord, context: Context): void {
  const damaged = store.damagedRows(study);
  for (const { row, why } of damaged.slice(0, MOST_NAMED)) context.warn(`${row} is damaged (${why}) and left out.`);
  if (damaged.length > MOST_NAMED)
    context.warn(`${damaged.length - MOST_NAMED} more rows are damaged; see: scattershot studies check`);
}

async function leaderboard(name: string | undefined, options: LeaderboardOptions): Promise<void> {
  const context = makeContext(options);
  await withStore(context, 'read', (store) => {
    const study = unwrap(store.getStudy(name ?? null));
    const { criteria, description } = studyRanking(study);
    const ranked = rankedCandidates(store, study);
    const invariant = studyInvariant(study);
    const table = { rows: ranked, entryKeys: study.entryKeys, criteria, target: targetOf(study), invariant };
    const all = chosenRows(ranked, leaderboardColumns(table), options);
    const rows = all.slice(0, options.limit ?? (options.json || options.csv ? all.length : TABLE_ROWS));
    const training = trainingShown(store, study);
    const view = { ...table, rows, training };
    warnOfDamage(store, study, context);
    if (all.length === 0) context.say(`${study.name} keeps no such candidate.`);
    if (options.json)
      return printJson(context, leaderboardJson({ ...view, bestValidation: bestValidations(store, study) }));
    if (options.csv) return context.write(leaderboardCsv(view));
    context.print(leaderboardTable(view, context.text).trimEnd());
    if (training !== null && rows.some(isTrained)) context.print(leaderboardTrainingText(training));
    if (options.sort === undefined) context.say(`Ranked by ${description}.`);
    if (rows.length < all.length) {
      context.say(`${rows.length} of ${all.length} candidates of ${study.name}; --limit ${all.length} shows all.`);
    }
  });
}
