import { Command, Option } from 'commander';
import { unwrap } from '../../base/failure.ts';
import {
  leaderboardCsv,
  leaderboardJson,
  leaderboardTable,
  leaderboardTrainingText,
} from '../../report/leaderboard.ts';
import type { CandidateFilter } from '../../store/index.ts';
import { bestValidations } from '../../study/best-validation.ts';
import { rankedCandidates, studyRanking } from '../../study/leaderboard.ts';
import { trainingShown } from '../../study/training-shown.ts';
import { type GlobalOptions, makeContext, printJson } from '../context.ts';
import { candidateFilter, wholeNumber } from '../parse.ts';
import { withStore } from '../stores.ts';

interface LeaderboardOptions extends GlobalOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly limit?: number;
  readonly sort: string;
  readonly filter?: CandidateFilter;
}

/** Rows of a table that nobody asked to limit. */
const TABLE_ROWS = 20;

export function leaderboardCommand(): Command {
  return new Command('leaderboard')
    .description('the candidates that a study keeps, best first')
    .argument('[study]', 'a study (default: the newest)')
    .option(
      '--sort <key>',
      'scatter, accuracy, number, strategy, an entry such as "1:2 forward", or a proxy such as rank',
      'scatter',
    )
    .addOption(
      new Option('--limit <n>', `rows (default: ${TABLE_ROWS} in a table, all in JSON and CSV)`).argParser(
        wholeNumber(1),
      ),
    )
    .addOption(
      new Option(
        '--filter <conditions>',
        'trained, untrained, strategy=NAME, scatter>=S, scatter<=S, with commas between',
      ).argParser(candidateFilter),
    )
    .addOption(new Option('--json', 'one JSON document').conflicts('csv'))
    .option('--csv', 'comma-separated values')
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot leaderboard --sort accuracy\n  scattershot leaderboard morse-1 --csv > morse.csv\n  scattershot leaderboard --sort "1:2 forward" --filter "strategy=anneal,scatter>=0.8"',
    )
    .action(leaderboard);
}

async function leaderboard(name: string | undefined, options: LeaderboardOptions): Promise<void> {
  const context = makeContext(options);
  await withStore(context, 'read', (store) => {
    const study = unwrap(store.getStudy(name ?? null));
    const all = rankedCandidates(store, study, { sort: options.sort, filter: options.filter ?? {} });
    const rows = all.slice(0, options.limit ?? (options.json || options.csv ? all.length : TABLE_ROWS));
    const training = trainingShown(store, study);
    const view = { rows, entryKeys: study.entryKeys, training };
    const forJson = () => ({ ...view, bestValidation: bestValidations(store, study) });
    if (all.length === 0) context.say(`${study.name} keeps no such candidate.`);
    if (options.json) return printJson(context, leaderboardJson(forJson()));
    if (options.csv) return context.write(leaderboardCsv(view));
    context.print(leaderboardTable(view, context.text).trimEnd());
    const anyTrained = rows.some(({ accuracy }) => accuracy !== null);
    if (training !== null && anyTrained) context.print(leaderboardTrainingText(training));
    if (options.sort === 'scatter') context.say(`Ranked by ${studyRanking(study).description}.`);
    if (rows.length < all.length) {
      context.say(`${rows.length} of ${all.length} candidates of ${study.name}; --limit ${all.length} shows all.`);
    }
  });
}
