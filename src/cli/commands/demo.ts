import { Command, Option } from 'commander';
import { unwrap } from '../../base/failure.ts';
import { leaderboardTable } from '../../report/leaderboard.ts';
import { verdictText } from '../../report/verdict.ts';
import type { Store, StudyRecord } from '../../store/index.ts';
import type { StudyResult } from '../../study/conclude.ts';
import { demoSettings } from '../../study/demo.ts';
import { rankedCandidates } from '../../study/leaderboard.ts';
import { resumeStudy, runStudy, type StudyOutcome } from '../../study/run-study.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { oneOf } from '../parse.ts';
import { withStore } from '../stores.ts';
import { backends } from '../training-options.ts';
import { watchStudy } from '../watch.ts';

interface DemoOptions extends GlobalOptions {
  readonly backend: string;
  readonly resume?: string;
  readonly json?: boolean;
}

export function demoCommand(): Command {
  return new Command('demo')
    .description('a whole small study on Morse, to the end, in a minute: search, train, verdict')
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
  await withStore(context, 'write', async (store) => {
    const resumed = options.resume === undefined ? null : unwrap(store.getStudy(options.resume));
    if (resumed !== null && (options.seed !== undefined || options.backend !== 'auto')) {
      throw new UsageError(
        '--seed and --backend cannot be given with --resume',
        'The demo goes on with its own settings.',
      );
    }
    if (resumed !== null && resumed.kind !== 'demo') {
      throw new UsageError(`study ${resumed.name} is not a demo (kind: ${resumed.kind})`, 'See: scattershot studies');
    }
    if (resumed?.status === 'finished') return printStudy(store, resumed, options, context);
    const watch = await watchStudy(context, options.json === true);
    const host = {
      store,
      cacheFolder: context.cacheFolder,
      workers: context.workers,
      listener: watch.listener,
      signal: watch.signal,
    };
    let outcome: StudyOutcome;
    try {
      if (resumed !== null) outcome = await resumeStudy(resumed, host);
      else outcome = await runStudy(demoSettings(context.seed, options.backend), null, host);
    } finally {
      await watch.done();
    }
    if (outcome.status === 'interrupted') {
      context.warn(
        `Interrupted; everything so far is stored. Go on with: scattershot demo --resume ${outcome.study.name}`,
      );
      process.exitCode = EXIT.interrupted;
      return;
    }
    printStudy(store, outcome.study, options, context);
  });
}

function printStudy(store: Store, study: StudyRecord, options: DemoOptions, context: Context): void {
  const result = study.result as StudyResult;
  if (options.json) {
    printJson(context, result);
    return;
  }
  const rows = rankedCandidates(store, study, { sort: 'accuracy', filter: { trained: true } });
  context.print(
    `${leaderboardTable({ rows, entryKeys: study.entryKeys }, context.text)}\n${verdictText(result, context.text).trimEnd()}`,
  );
  context.say(
    `\nBrowse it again with: scattershot leaderboard ${study.name}\nTake a pattern with: scattershot export ${rows[0]?.number} --study ${study.name} --output best.npz`,
  );
}
