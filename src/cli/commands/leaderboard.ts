import { Command, Option } from 'commander';
import { parseFilter } from '../../store/board/filter-terms.ts';
import { parseSort } from '../../store/board/sort-keys.ts';
import { lazily } from '../lazily.ts';
import { parsed, wholeNumber } from '../parse.ts';
import { TABLE_ROWS } from '../table-rows.ts';

const HELP = `
In a terminal the table is browsed (? lists the keys) unless --once, --limit, --plain, --json or --csv asks for a print.

Columns, for --sort and --filter: candidate, strategy, family, scatter, invariant, accuracy, sd, seeds, diverged, the entries
of the scatter vector such as 1:2-forward, the proxies that the study ranks by such as four-cycles, fingerprint, other-scatter,
state, island, round, audit, created. seeds are the trainings that finished, diverged those that have no accuracy; sorted by accuracy,
candidates with diverged trainings stand below those without.

--sort puts the better first in every column, a minus the worse; rows that are equal in one are sorted by the next, and
in the end by the study's own order, which is the default.

--filter keeps rows for which all conditions hold: COLUMN OPERATOR VALUE with = != > >= < <=, spaces or commas between.
Fractions may be percentages; COLUMN=- is what is not known; several = of one column are alternatives. A word alone is
looked for in all cells, !word leaves rows with it out; "trained" and "untrained" say whether a candidate has an accuracy.
state is running, diverged, failed, trained, stopped or untrained: what is true of any of a candidate's trainings, in this order.

Examples:
  scattershot leaderboard --sort accuracy
  scattershot leaderboard morse-1 --csv > morse.csv
  scattershot leaderboard --sort accuracy,-scatter --filter "scatter>0.9 strategy=anneal accuracy>=60%"
  scattershot leaderboard --filter "trained strategy!=uniform-random 1:2-forward>=0.8"`;

export function leaderboardCommand(): Command {
  return new Command('leaderboard')

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
    .option('--once', 'print the table in a terminal too, and do not browse it')
    .addHelpText('after', HELP)
    .action(lazily(async () => (await import('../actions/leaderboard.ts')).leaderboardAction));
}
