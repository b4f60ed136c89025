import { Command } from 'commander';
import { unwrap } from '../../base/failure.ts';
import { writeReport } from '../../report/write-report.ts';
import { type GlobalOptions, makeContext, printJson } from '../context.ts';
import { withStore } from '../stores.ts';
import { reportFolder } from '../study-report.ts';

const HELP = `
reports/STUDY/ gets index.html (one file that loads nothing and needs no script), candidates.csv (scatter, family, every proxy and
one accuracy a seed: as validate --table reads it) and report.json (all numbers). An earlier report of the study is replaced.

Examples:
  scattershot report
  scattershot report demo-1 --json`;

export function reportCommand(): Command {
  return new Command('report')
    .description('a page about a study, with its verdict, charts and tables, and its numbers as CSV and JSON')
    .argument('[study]', 'a study (default: the newest)')
    .option('--json', 'where the files are, as one JSON document')
    .addHelpText('after', HELP)
    .action(report);
}

async function report(name: string | undefined, options: GlobalOptions): Promise<void> {
  const context = makeContext(options);
  await withStore(context, 'read', async (store) => {
    const study = unwrap(store.getStudy(name ?? null));
    const written = await writeReport(store, study, reportFolder(context, study));
    if (options.json) printJson(context, { study: study.name, id: study.id, ...written });
    else context.print(written.page);
  });
}
