import { unwrap } from '../../base/failure.ts';
import type { Architecture } from '../../pattern/architecture.ts';
import { allocatedSearchesText } from '../../report/allocated-searches.ts';
import { repeatCommand } from '../../report/repeat-command.ts';
import { searchText } from '../../report/search.ts';
import type { Budget } from '../../search/events.ts';
import type { Store, StudyRecord } from '../../store/index.ts';
import { type SearchChoices, searchDefaults } from '../../study/search-defaults.ts';
import { type SearchResult, searchResult } from '../../study/search-result.ts';
import { searchSettings } from '../../study/search-settings.ts';
import { type StudySettings, storedSettings } from '../../study/settings.ts';
import { type ResumeChanges, resumeStudy, type StudyOutcome, startStudy } from '../../study/start-study.ts';
import { type AllocateOptions, allocatedSearches, allocationLine, planAllocatedSearches } from '../allocated-search.ts';
import { architectureFrom, degreesTaken, entryOptionsFrom } from '../architecture-options.ts';
import { type ConstraintOptions, typedConstraints } from '../constraint-options.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';
import { detach } from '../detach.ts';
import { EXIT, UsageError } from '../errors.ts';
import { limitsFrom } from '../limit-options.ts';
import { refuseConflicts } from '../resume-conflicts.ts';
import { runWatched } from '../run-watched.ts';
import { withStore } from '../stores.ts';

interface SearchCommandOptions extends GlobalOptions, AllocateOptions, ConstraintOptions {
  readonly detach?: boolean;
  readonly name?: string;
  readonly strategy?: string[];
  readonly budget?: Budget;
  readonly untilOptimal?: boolean;
  readonly target?: number;
  readonly patience?: number;
  readonly goOn?: boolean;
  readonly stepTimeout?: number;
  readonly workerMemory?: number;
  readonly top?: number;
  readonly islands?: number;
  readonly rankBy?: string[];
  readonly resume?: string;
  readonly json?: boolean;
}

/** The choices that were typed. */
function choicesFrom(options: SearchCommandOptions, architecture: Architecture): SearchChoices {
  const { metric, strategy, target, untilOptimal, budget: total, patience, goOn, rankBy, seed, top, islands } = options;
  return {
    ...{ ...entryOptionsFrom(options), metric, constraints: typedConstraints(options, architecture) },
    ...{ strategies: strategy, target, untilOptimal, budget: total, patience, goOn, order: rankBy, seed, top, islands },
  };
}

async function settingsFrom(options: SearchCommandOptions, context: Context): Promise<StudySettings> {
  const { architecture, baseName } = architectureFrom(options);
  for (const line of degreesTaken(options, architecture)) context.say(line);
  return unwrap(await searchSettings(architecture, choicesFrom(options, architecture), baseName, context.workers));
}

/** A study an allocation, one after the other, until all are done or the user ends it; then what they found side by side. */
async function searchAllocations(options: SearchCommandOptions, context: Context): Promise<void> {
  const { choice, searches } = planAllocatedSearches(options);
  const limits = limitsFrom(options);
  const found: (Pick<(typeof searches)[number], 'allocation' | 'recommended'> & { result: SearchResult })[] = [];
  await withStore(context, 'write', async (store) => {
    for (const [index, { options: own, allocation, recommended }] of searches.entries()) {
      context.say(allocationLine(allocation, index + 1, searches.length));
      const settings = await settingsFrom(own, context);
      await runWatched(
        { context, store, command: 'search' },
        (host) => startStudy(settings, own.name ?? null, { ...host, limits }),
        ({ study }) => {
          const result = searchResult(store, study, own.top ?? searchDefaults.top);
          found.push({ allocation, recommended, result });
        },
      );
      if (process.exitCode === EXIT.interrupted) break;
    }
  });
  const report = allocatedSearches(choice, found);
  if (options.json) printJson(context, report);
  else context.print(allocatedSearchesText(report, context.text).trimEnd());
}

export async function searchAction(options: SearchCommandOptions): Promise<void> {
  const context = makeContext(options);
  if (options.allocate !== undefined) return searchAllocations(options, context);
  if (context.run.detach) return detach(context);
  const limits = limitsFrom(options);
  const settings = options.resume === undefined ? await settingsFrom(options, context) : null;
  await withStore(context, 'write', async (store) => {
    const print = ({ study }: Pick<StudyOutcome, 'study'>) => printResult(store, study, options, context);
    const run = { context, store, command: 'search' } as const;
    if (settings !== null)
      return runWatched(run, (host) => startStudy(settings, options.name ?? null, { ...host, limits }), print);
    const study = unwrap(store.getStudy(options.resume ?? null));
    requireSearch(study, options);
    const changes = changesFrom(options);
    if (study.status === 'finished' && Object.keys(changes).length === 0) return print({ study });
    return runWatched(run, (host) => resumeStudy(study, { ...host, limits }, changes), print);
  });
}

/** What may change of a resumed search: when it ends. */
const changesFrom = ({ budget: total, patience, goOn }: SearchCommandOptions): ResumeChanges => ({
  ...(total === undefined ? {} : { budget: total }),
  ...(patience === undefined ? {} : { patience }),
  ...(goOn === undefined ? {} : { goOn }),
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
  const settings = unwrap(storedSettings(study));
  // By number it is the same search on every machine; a time ends elsewhere.
  const repeat = settings.budget.kind === 'time' ? (repeatCommand(study, settings)?.command ?? null) : null;
  if (options.json) printJson(context, { ...result, repeat });
  else context.print(searchText(result, context.text, repeat).trimEnd());
}
