import { Command, Option } from 'commander';
import { unwrap } from '../../base/failure.ts';
import { leaderboardTable } from '../../report/leaderboard.ts';
import { validationJson, validationText } from '../../report/validation.ts';
import type { Store, StudyRecord } from '../../store/index.ts';
import { demoSettings } from '../../study/demo.ts';
import { rankedCandidates } from '../../study/leaderboard.ts';
import { resumeStudy, type StudyOutcome, startStudy } from '../../study/start-study.ts';
import { storedValidation } from '../../study/validation-result.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';
import { UsageError } from '../errors.ts';
import { oneOf } from '../parse.ts';
import { runWatched } from '../run-watched.ts';
import { withStore } from '../stores.ts';
import { reportAtEnd } from '../study-report.ts';
import { backends } from '../training-options.ts';

interface DemoOptions extends GlobalOptions {
  readonly backend: string;
  readonly resume?: string;
  readonly json?: boolean;
}

export function demoCommand(): Command {
  return new Command('demo')
    .description('a whole small study on Morse, to the end, in half a minute: plan, patterns, trainings, verdict')
    .addOption(new Option('--backend <backend>', backends.join(', ')).argParser(oneOf(backends)).default('auto'))
    .option('--resume <study>', 'go on with a demo that was interrupted')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot demo\n  scattershot demo --seed 7 --plain\n  scattershot demo --resume demo-1',
    )
    .action(demo);
}

async function demo(options: DemoOptions): Promise<void> {
  const context = makeContext(options);
  const run = { context, command: 'demo', json: options.json === true } as const;
  await withStore(context, 'write', async (store) => {
    const print = async ({ study, status }: StudyOutcome) => {
      if (status !== 'finished') return;
      printStudy(store, study, options, context);
      await reportAtEnd(store, study, context);
    };
    if (options.resume === undefined) {
      const settings = demoSettings({ seed: context.seed, backend: options.backend });
      return runWatched({ ...run, store }, (host) => startStudy(settings, null, host), print);
    }
    const study = unwrap(store.getStudy(options.resume));
    requireDemo(study, options);
    if (study.status === 'finished') return printStudy(store, study, options, context);
    return runWatched({ ...run, store }, (host) => resumeStudy(study, host), print);
  });
}

/** @throws UsageError unless this command made the study, and no option contradicts its settings */
function requireDemo(study: StudyRecord, { seed, backend }: DemoOptions): void {
  if (seed !== undefined || backend !== 'auto') {
    throw new UsageError(
      '--seed and --backend cannot be given with --resume',
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
  const trained = rankedCandidates(store, study, { sort: 'accuracy', filter: { trained: true } });
  const rows = trained.filter(({ number }) => number <= result.plan.candidates);
  context.print(
    `${leaderboardTable({ rows, entryKeys: study.entryKeys }, context.text)}\n${validationText(result, context.text).trimEnd()}`,
  );
  context.say(
    `\nBrowse it again with: scattershot leaderboard ${study.name}\nTake a pattern with: scattershot export ${rows[0]?.number} --study ${study.name} --output best.npz`,
  );
}
