import { unwrap } from '../../base/failure.ts';
import { leaderboardTable } from '../../report/leaderboard.ts';
import { validationJson, validationText } from '../../report/validation.ts';
import { parseFilter, parseSort, type Store, type StudyRecord } from '../../store/index.ts';
import { demoSettings } from '../../study/demo.ts';
import { rankedCandidates } from '../../study/leaderboard.ts';
import { resumeStudy, type StudyOutcome, startStudy } from '../../study/start-study.ts';
import { storedValidation } from '../../study/validation-result.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';
import { detach } from '../detach.ts';
import { UsageError } from '../errors.ts';
import { runWatched } from '../run-watched.ts';
import { withStore } from '../stores.ts';
import { reportAtEnd } from '../study-report.ts';
import { ownTrainerFrom, type TypedTrainer } from '../trainer-options.ts';

interface DemoOptions extends GlobalOptions, TypedTrainer {
  readonly engine: string;
  readonly backend: string;
  readonly margin?: number;
  readonly resume?: string;
  readonly json?: boolean;
}

export async function demoAction(options: DemoOptions): Promise<void> {
  const context = makeContext(options);
  if (context.run.detach) return detach(context);
  const run = { context, command: 'demo' } as const;
  await withStore(context, 'write', async (store) => {
    const print = async ({ study, status }: StudyOutcome) => {
      if (status !== 'finished') return;
      printStudy(store, study, options, context);
      await reportAtEnd(store, study, context);
    };
    if (options.resume === undefined) {
      const { engine, backend, margin } = options;
      const choices = { seed: context.seed, engine, backend, margin, trainer: ownTrainerFrom(options) };
      const settings = demoSettings(choices);
      return runWatched({ ...run, store }, (host) => startStudy(settings, null, host), print);
    }
    const study = unwrap(store.getStudy(options.resume));
    requireDemo(study, options);
    if (study.status === 'finished') return printStudy(store, study, options, context);
    return runWatched({ ...run, store }, (host) => resumeStudy(study, host), print);
  });
}

/** @throws UsageError unless this command made the study, and no option contradicts its settings */
function requireDemo(study: StudyRecord, { seed, engine, backend, margin, trainer }: DemoOptions): void {
  const own = [seed, margin, trainer].every((value) => value === undefined);
  if (!own || engine !== 'auto' || backend !== 'auto') {
    throw new UsageError(
      '--seed, --engine, --backend, --margin and --trainer cannot be given with --resume',
      'The demo goes on with its own settings.',
    );
  }
  if (study.kind !== 'demo') {
    throw new UsageError(`study ${study.name} is not a demo (kind: ${study.kind})`, 'See: scattershot studies');
  }
}

function printStudy(store: Store, study: StudyRecord, options: DemoOptions, context: Context): void {
  const result = unwrap(storedValidation(study));
  if (options.json) {
    printJson(context, validationJson(result));
    return;
  }
  const trained = rankedCandidates(store, study, {
    sort: unwrap(parseSort('accuracy')),
    filter: unwrap(parseFilter('trained')),
  });
  const rows = trained.filter(({ number }) => number <= result.plan.candidates);
  context.print(
    `${leaderboardTable({ rows, entryKeys: study.entryKeys }, context.text)}\n${validationText(result, context.text).trimEnd()}`,
  );
  context.say(
    `\nBrowse it again with: scattershot leaderboard ${study.name}\nTake a pattern with: scattershot export ${rows[0]?.number} --study ${study.name} --output best.npz`,
  );
}
