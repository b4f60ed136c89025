import { Command, Option } from 'commander';
import { strategyNames } from '../../../strategies/index.ts';
import { failure, ScattershotError, unwrap } from '../../base/failure.ts';
import { proxies } from '../../proxies/index.ts';
import { rankingOrder } from '../../proxies/ranking.ts';
import { searchText } from '../../report/search.ts';
import type { Budget } from '../../search/events.ts';
import { defaultSearchOrder } from '../../search/ranking.ts';
import type { Store, StudyRecord } from '../../store/index.ts';
import type { StudyListener } from '../../study/events.ts';
import { type ResumeChanges, resumeStudy, runStudy, type StudyOutcome } from '../../study/run-study.ts';
import { searchResult } from '../../study/search-result.ts';
import type { StudySettings } from '../../study/settings.ts';
import {
  type ArchitectureOptions,
  addArchitectureOptions,
  architectureFrom,
  entryOptionsFrom,
} from '../architecture-options.ts';
import { addConstraintOptions, type ConstraintOptions, constraintsFrom } from '../constraint-options.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';
import { asFailure, EXIT, UsageError } from '../errors.ts';
import { budget, fraction, names, wholeNumber } from '../parse.ts';
import { refuseConflicts } from '../resume-conflicts.ts';
import { withStore } from '../stores.ts';
import { chosenIslands } from '../strategy-options.ts';
import { watchStudy } from '../watch.ts';

interface SearchOptions extends GlobalOptions, ArchitectureOptions, ConstraintOptions {
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

const DEFAULT_BUDGET: Budget = { kind: 'time', seconds: 10 };
const DEFAULT_TOP = 10;

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
  new Option('--budget <budget>', 'a time (30s, 5m) or a number of candidates (default: 10s)').argParser(budget),
  new Option('--patience <N>', 'end once N candidates in a row were no better than the best').argParser(wholeNumber(1)),
  new Option('--until-optimal', 'end once the best is certified: no pattern scores higher'),
  new Option('--target <S>', 'look for a scatter of this value instead of the highest').argParser(fraction),
  new Option(
    '--top <K>',
    `candidates listed, and kept of each strategy (default: ${DEFAULT_TOP}); with --resume listed alone: no more are kept than the study began with`,
  ).argParser(wholeNumber(1)),
  new Option(
    '--rank-by <names>',
    `what decides between equal scatter, in turn: other-scatter, ${[...proxies.keys()].join(', ')} (default: ${defaultSearchOrder.join(',')})`,
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

/** @throws RangeError for an unknown or repeated name */
function orderFrom({ rankBy }: SearchOptions): readonly string[] {
  if (rankBy === undefined) return defaultSearchOrder;
  rankingOrder(rankBy);
  return rankBy;
}

async function settingsFrom(options: SearchOptions, context: Context): Promise<StudySettings> {
  const { architecture, baseName } = architectureFrom(options);
  const constraints = constraintsFrom(options, architecture);
  const target = options.target ?? null;
  if (target !== null && options.untilOptimal) {
    throw new UsageError(
      '--target looks for a certain scatter, and --until-optimal for the highest',
      'Give one of them: a search ends anyway once the target is met.',
    );
  }
  return {
    kind: 'search',
    baseName,
    architecture,
    metric: options.metric ?? 'indicator',
    entries: entryOptionsFrom(options),
    ...(constraints === undefined ? {} : { constraints }),
    islands: await chosenIslands(options.strategy, options.target ?? null),
    seed: context.seed,
    budget: options.budget ?? DEFAULT_BUDGET,
    keep: options.top ?? DEFAULT_TOP,
    order: orderFrom(options),
    target,
    untilOptimal: options.untilOptimal === true,
    ...(options.patience === undefined ? {} : { patience: options.patience }),
    training: null,
  };
}

async function search(options: SearchOptions): Promise<void> {
  const context = makeContext(options);
  const settings = options.resume === undefined ? await settingsFrom(options, context) : null;
  await withStore(context, 'write', async (store) => {
    const resumed = options.resume === undefined ? null : unwrap(store.getStudy(options.resume));
    if (resumed !== null) requireSearch(resumed, options);
    const changes = changesFrom(options);
    if (resumed?.status === 'finished' && Object.keys(changes).length === 0)
      return printResult(store, resumed, options, context);
    const watch = await watchStudy(context, options.json === true);
    let name: string | null = null;
    const listener: StudyListener = (event) => {
      if (event.kind === 'study-started') name = event.study;
      watch.listener(event);
    };
    const host = { store, cacheFolder: context.cacheFolder, workers: context.workers, listener, signal: watch.signal };
    let ended: StudyOutcome;
    try {
      if (settings !== null) ended = await runStudy(settings, options.name ?? null, host);
      else ended = await resumeStudy(resumed as StudyRecord, host, changes);
    } catch (error) {
      throw name === null ? error : resumable(error, name);
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

/** What a resume would meet again, or must not touch. */
const FINAL: ReadonlySet<string> = new Set([
  ...['strategies-failed', 'strategies-refused', 'strategy-file-changed'],
  ...['study-taken-over', 'no-such-study'],
]);

/** What the world did in the middle of a search, its next step naming the study; any other error as it is. */
function resumable(error: unknown, study: string): unknown {
  const fault = asFailure(error);
  if (fault === null || FINAL.has(fault.reason)) return error;
  const before = fault.reason === 'disk-full' ? 'Free some space.' : fault.nextStep;
  const nextStep = `${before} Go on with: scattershot search --resume ${study}`;
  return new ScattershotError(failure(fault.reason, fault.message, nextStep));
}

/** How long a resumed search is to go on, where that is asked for anew. */
const changesFrom = ({ budget: total, patience }: SearchOptions): ResumeChanges => ({
  ...(total === undefined ? {} : { budget: total }),
  ...(patience === undefined ? {} : { patience }),
});

/** Only what this command began, and by its own settings. */
function requireSearch(study: StudyRecord, options: SearchOptions): void {
  if (study.kind !== 'search') {
    const nextStep =
      study.kind === 'demo' ? `Go on with: scattershot demo --resume ${study.name}` : 'Choose another study.';
    throw new UsageError(`study ${study.name} is not a search (kind: ${study.kind})`, nextStep);
  }
  refuseConflicts(options, study);
}

function printResult(store: Store, study: StudyRecord, options: SearchOptions, context: Context): void {
  const result = searchResult(store, study, options.top ?? DEFAULT_TOP);
  if (options.json) printJson(context, result);
  else context.print(searchText(result, context.text).trimEnd());
}
