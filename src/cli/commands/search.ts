import { Command, Option } from 'commander';
import { strategyNames } from '../../../strategies/index.ts';
import { unwrap } from '../../base/failure.ts';
import type { Architecture } from '../../pattern/architecture.ts';
import { proxies } from '../../proxies/index.ts';
import { searchText } from '../../report/search.ts';
import type { Budget } from '../../search/events.ts';
import type { Store, StudyRecord } from '../../store/index.ts';
import { searchResult } from '../../study/search-result.ts';
import { type SearchChoices, searchDefaults, searchSettings } from '../../study/search-settings.ts';
import type { StudySettings } from '../../study/settings.ts';
import { type ResumeChanges, resumeStudy, type StudyOutcome, startStudy } from '../../study/start-study.ts';
import {
  type ArchitectureOptions,
  addArchitectureOptions,
  architectureFrom,
  entryOptionsFrom,
} from '../architecture-options.ts';
import { addConstraintOptions, type ConstraintOptions, typedConstraints } from '../constraint-options.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';
import { UsageError } from '../errors.ts';
import { budget, names, unitFraction, wholeNumber } from '../parse.ts';
import { refuseConflicts } from '../resume-conflicts.ts';
import { runWatched } from '../run-watched.ts';
import { withStore } from '../stores.ts';

interface SearchCommandOptions extends GlobalOptions, ArchitectureOptions, ConstraintOptions {
  readonly name?: string;
  readonly strategy?: string[];
  readonly budget?: Budget;
  readonly untilOptimal?: boolean;
  readonly target?: number;
  readonly patience?: number;
  readonly top?: number;
  readonly rankBy?: string[];
  readonly resume?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  scattershot search --net morse --budget 30s
  scattershot search --layers 1024,64,16 --fan-out 1,4 --until-optimal
  scattershot search --net mnist-cl --shapes 28x28,224,10 --strategy anneal --budget 200 --seed 7
  scattershot search --net morse --strategy anneal,./mine.mjs --patience 500 --budget 5m
  scattershot search --net morse --parallelism 16 --edges edges.json --distinct
  scattershot search --layers 64,128,32 --density 50% --nm 2:4 --nm-transposable
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
  new Option('--patience <N>', 'end once N candidates in a row were no better than the best').argParser(wholeNumber(1)),
  new Option('--until-optimal', 'end once the best is certified: no pattern scores higher'),
  new Option('--target <S>', 'look for a scatter of this value instead of the highest').argParser(unitFraction),
  new Option(
    '--top <K>',
    `candidates listed, and kept of each strategy (default: ${searchDefaults.top}); with --resume listed alone: no more are kept than the study began with`,
  ).argParser(wholeNumber(1)),
  new Option(
    '--rank-by <names>',
    `what decides between equal scatter, one after the other: other-scatter, ${[...proxies.keys()].join(', ')} (default: ${searchDefaults.order.join(',')})`,
  ).argParser(names),
  new Option(
    '--resume <study>',
    'go on with a study by its own settings; --budget is then the new total, --patience the new patience',
  ),
  new Option('--json', 'one JSON document'),
];

export function searchCommand(): Command {
  const command = new Command('search').description('find patterns of high scatter');
  addConstraintOptions(addArchitectureOptions(command));
  for (const option of options) command.addOption(option);
  return command.addHelpText('after', EXAMPLES).action(search);
}

/** The choices that were typed. */
function choicesFrom(options: SearchCommandOptions, architecture: Architecture): SearchChoices {
  const { metric, strategy, target, untilOptimal, budget: total, patience, rankBy, seed, top } = options;
  return {
    ...{ ...entryOptionsFrom(options), metric, constraints: typedConstraints(options, architecture) },
    ...{ strategies: strategy, target, untilOptimal, budget: total, patience, order: rankBy, seed, top },
  };
}

async function settingsFrom(options: SearchCommandOptions): Promise<StudySettings> {
  const { architecture, baseName } = architectureFrom(options);
  return unwrap(await searchSettings(architecture, choicesFrom(options, architecture), baseName));
}

async function search(options: SearchCommandOptions): Promise<void> {
  const context = makeContext(options);
  const json = options.json === true;
  const settings = options.resume === undefined ? await settingsFrom(options) : null;
  await withStore(context, 'write', async (store) => {
    const print = ({ study }: Pick<StudyOutcome, 'study'>) => printResult(store, study, options, context);
    const run = { context, store, command: 'search', json } as const;
    if (settings !== null) return runWatched(run, (host) => startStudy(settings, options.name ?? null, host), print);
    const study = unwrap(store.getStudy(options.resume ?? null));
    requireSearch(study, options);
    const changes = changesFrom(options);
    if (study.status === 'finished' && Object.keys(changes).length === 0) return print({ study });
    return runWatched(run, (host) => resumeStudy(study, host, changes), print);
  });
}

/** A new budget or patience for a resumed search. */
const changesFrom = ({ budget: total, patience }: SearchCommandOptions): ResumeChanges => ({
  ...(total === undefined ? {} : { budget: total }),
  ...(patience === undefined ? {} : { patience }),
});

/** @throws UsageError unless this command made the study, and no option contradicts its settings */
function requireSearch(study: StudyRecord, options: SearchCommandOptions): void {
  if (study.kind !== 'search') {
    const nextStep =
      study.kind === 'demo' ? `Go on with: scattershot demo --resume ${study.name}` : 'Choose another study.';
    throw new UsageError(`study ${study.name} is not a search (kind: ${study.kind})`, nextStep);
  }
  refuseConflicts(options, study);
}

function printResult(store: Store, study: StudyRecord, options: SearchCommandOptions, context: Context): void {
  const result = searchResult(store, study, options.top ?? searchDefaults.top);
  if (options.json) printJson(context, result);
  else context.print(searchText(result, context.text).trimEnd());
}
