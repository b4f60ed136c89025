import { Command, Option } from 'commander';
import { strategyNames } from '../../../strategies/names.ts';
import { proxyNames } from '../../proxies/names.ts';
import { SETTLED_CANDIDATES, SETTLED_SECONDS } from '../../search/ending.ts';
import { DEFAULT_ALLOCATIONS, MOST_ISLANDS, searchDefaults } from '../../study/search-defaults.ts';
import { addArchitectureOptions } from '../architecture-options.ts';
import { addConstraintOptions } from '../constraint-options.ts';
import { lazily } from '../lazily.ts';
import { limitOptions } from '../limit-options.ts';
import { budget, names, unitFraction, wholeNumber } from '../parse.ts';

const EXAMPLES = `
Examples:
  scattershot search --net morse --budget 30s
  scattershot search --layers 1024,64,16 --fan-out 1,4 --until-optimal
  scattershot search --net mnist-cl --shapes 28x28,224,10 --strategy anneal --budget 200 --seed 7
  scattershot search --net morse --strategy anneal,./mine.mjs --patience 500 --budget 5m
  scattershot search --net morse --parallelism 16 --edges edges.json --distinct
  scattershot search --layers 64,128,32 --density 50% --nm 2:4 --nm-transposable
  scattershot search --net morse --density 12.5% --allocate --budget 20s
  scattershot search --resume morse-1 --budget 60s`;

const options: readonly Option[] = [
  new Option('--name <name>', 'name of the study (default: the network and a number)'),
  new Option(
    '--strategy <names>',
    `${strategyNames.join(', ')}, or files of your own such as ./mine.mjs (default: several that complement each other)`,
  ).argParser(names),
  new Option(
    '--budget <budget>',
    `a time (30s, 1h30m, 2d) or a number of candidates (default: ${searchDefaults.budget.seconds}s)`,
  ).argParser(budget),
  new Option(
    '--islands <N>',
    'lines of search with random numbers of their own; part of what is searched (default: 8, 5 with --target; with a time at least one a core)',
  ).argParser(wholeNumber(1, MOST_ISLANDS)),
  new Option('--patience <N>', 'end once N candidates in a row were no better than the best').argParser(wholeNumber(1)),
  new Option(
    '--go-on',
    `with a time: use it up; without this a search ends once the best is certified and nothing better came for ${SETTLED_SECONDS} s and ${SETTLED_CANDIDATES} candidates`,
  ),
  new Option('--until-optimal', 'end once the best is certified: no pattern scores higher'),
  new Option('--target <S>', 'look for a scatter of this value instead of the highest').argParser(unitFraction),
  new Option(
    '--top <K>',
    `candidates listed, and kept of each strategy (default: ${searchDefaults.top}); with --resume listed alone: no more are kept than the study began with`,
  ).argParser(wholeNumber(1)),
  new Option(
    '--rank-by <names>',
    `what decides between equal scatter, one after the other: other-scatter, ${proxyNames.join(', ')} (default: ${searchDefaults.order.join(',')})`,
  ).argParser(names),
  new Option(
    '--resume <study>',
    'go on with a study by its own settings; --budget is then the new total, --patience the new patience; --go-on may be added',
  ),
  new Option(
    '--allocate [N]',
    `spread one overall --density over the junctions: a study, each with the whole budget, for N allocations (default: ${DEFAULT_ALLOCATIONS}), listed side by side`,
  ).argParser(wholeNumber(1, 100)),
  ...limitOptions,
  new Option('--json', 'one JSON document'),
];

export function searchCommand(): Command {
  const command = new Command('search');
  addConstraintOptions(addArchitectureOptions(command));
  for (const option of options) command.addOption(option);
  return command
    .addHelpText('after', EXAMPLES)
    .action(lazily(async () => (await import('../actions/search.ts')).searchAction));
}
