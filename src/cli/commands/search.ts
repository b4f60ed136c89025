import { Command, Option } from 'commander';
import { strategies, strategyNames } from '../../../strategies/index.ts';
import { unwrap } from '../../pattern/failure.ts';
import { proxies } from '../../proxies/index.ts';
import { rankingOrder } from '../../proxies/ranking.ts';
import { searchText } from '../../report/search.ts';
import type { Budget, IslandSpec } from '../../search/events.ts';
import { defaultSearchOrder } from '../../search/ranking.ts';
import type { Store, StudyRecord } from '../../store/index.ts';
import { resumeStudy, runStudy } from '../../study/run-study.ts';
import { searchResult } from '../../study/search-result.ts';
import type { StudySettings } from '../../study/settings.ts';
import {
  type ArchitectureOptions,
  addArchitectureOptions,
  architectureFrom,
  entryOptionsFrom,
} from '../architecture-options.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { budget, fraction, names, wholeNumber } from '../parse.ts';
import { refuseConflicts } from '../resume-conflicts.ts';
import { withStore } from '../stores.ts';
import { type Watch, watchStudy } from '../watch.ts';

interface SearchOptions extends GlobalOptions, ArchitectureOptions {
  readonly name?: string;
  readonly strategy?: string[];
  readonly budget?: Budget;
  readonly untilOptimal?: boolean;
  readonly target?: number;
  readonly top?: number;
  readonly rankBy?: string[];
  readonly resume?: string;
  readonly json?: boolean;
}

const DEFAULT_BUDGET: Budget = { kind: 'time', seconds: 10 };
const DEFAULT_TOP = 10;
/** Enough to keep the cores of a workstation busy; fixed, so that a study does not depend on the machine. */
const LEAST_ISLANDS = 8;

export function searchCommand(): Command {
  const command = new Command('search').description('find patterns of high scatter');
  return addArchitectureOptions(command)
    .option('--name <name>', 'name of the study (default: the network and a number)')
    .addOption(new Option('--strategy <names>', `${strategyNames.join(', ')} (default: all)`).argParser(names))
    .addOption(
      new Option('--budget <budget>', 'a time (30s, 5m) or a number of candidates (default: 10s)').argParser(budget),
    )
    .option('--until-optimal', 'end once the best is certified: no pattern scores higher')
    .addOption(
      new Option('--target <S>', 'look for a scatter of this value instead of the highest').argParser(fraction),
    )
    .addOption(
      new Option('--top <K>', `candidates listed, and kept of each strategy (default: ${DEFAULT_TOP})`).argParser(
        wholeNumber(1),
      ),
    )
    .addOption(
      new Option(
        '--rank-by <names>',
        `what decides between equal scatter, in turn: other-scatter, ${[...proxies.keys()].join(', ')} (default: ${defaultSearchOrder.join(',')})`,
      ).argParser(names),
    )
    .option('--resume <study>', 'go on with a study by its own settings; --budget is then the new total')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot search --net morse --budget 30s\n  scattershot search --layers 1024,64,16 --fan-out 1,4 --until-optimal\n  scattershot search --net mnist-cl --shapes 28x28,224,10 --strategy anneal --budget 200 --seed 7\n  scattershot search --resume morse-1 --budget 60s',
    )
    .action(search);
}

/** Every strategy in turn until there are enough islands. */
export function islandsOf(chosen: readonly string[]): IslandSpec[] {
  const rounds = Math.ceil(LEAST_ISLANDS / chosen.length);
  return Array.from({ length: rounds }, () => chosen.map((strategy) => ({ strategy }))).flat();
}

function chosenStrategies(options: SearchOptions): readonly string[] {
  const chosen = options.strategy ?? strategyNames;
  const unknown = chosen.find((name) => !strategies.has(name));
  if (unknown === undefined) return chosen;
  throw new UsageError(`there is no strategy named "${unknown}"`, `The strategies are: ${strategyNames.join(', ')}.`);
}

/** @throws RangeError for an unknown or repeated name */
function orderFrom({ rankBy }: SearchOptions): readonly string[] {
  if (rankBy === undefined) return defaultSearchOrder;
  rankingOrder(rankBy);
  return rankBy;
}

function settingsFrom(options: SearchOptions, context: Context): StudySettings {
  const { architecture, baseName } = architectureFrom(options);
  return {
    kind: 'search',
    baseName,
    architecture,
    metric: options.metric ?? 'indicator',
    entries: entryOptionsFrom(options),
    islands: islandsOf(chosenStrategies(options)),
    seed: context.seed,
    budget: options.budget ?? DEFAULT_BUDGET,
    keep: options.top ?? DEFAULT_TOP,
    order: orderFrom(options),
    target: options.target ?? null,
    untilOptimal: options.untilOptimal === true,
    training: null,
  };
}

async function search(options: SearchOptions): Promise<void> {
  const context = makeContext(options);
  const settings = options.resume === undefined ? settingsFrom(options, context) : null;
  await withStore(context, 'write', async (store) => {
    const resumed = options.resume === undefined ? null : unwrap(store.getStudy(options.resume));
    if (resumed !== null) requireSearch(resumed, options);
    if (resumed?.status === 'finished' && options.budget === undefined)
      return printResult(store, resumed, options, context);
    const watch = await watchStudy(context, options.json === true);
    const host = { store, cacheFolder: context.cacheFolder, workers: context.workers, ...pick(watch) };
    let ended: Awaited<ReturnType<typeof runStudy>>;
    try {
      if (settings !== null) ended = await runStudy(settings, options.name ?? null, host);
      else ended = await resumeStudy(resumed as StudyRecord, host, options.budget);
    } finally {
      await watch.done();
    }
    printResult(store, ended.study, options, context);
    if (ended.status === 'interrupted') {
      context.say(`Interrupted. Go on with: scattershot search --resume ${ended.study.name}`);
      process.exitCode = EXIT.interrupted;
    }
  });
}

/** Only what this command began, and by its own settings. */
function requireSearch(study: StudyRecord, options: SearchOptions): void {
  if (study.kind !== 'search') {
    const nextStep =
      study.kind === 'demo' ? `Go on with: scattershot demo --resume ${study.name}` : 'Choose another study.';
    throw new UsageError(`study ${study.name} is not a search (kind: ${study.kind})`, nextStep);
  }
  refuseConflicts(options, study);
}

const pick = ({ listener, signal }: Watch) => ({ listener, signal });

function printResult(store: Store, study: StudyRecord, options: SearchOptions, context: Context): void {
  const result = searchResult(store, study, options.top ?? DEFAULT_TOP);
  if (options.json) printJson(context, result);
  else context.print(searchText(result, context.text).trimEnd());
}
