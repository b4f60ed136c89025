import { Command } from 'commander';
import { lazily } from '../lazily.ts';

const HELP = `
reports/STUDY/ gets index.html (one file that loads nothing and needs no script), candidates.csv (scatter, family, every proxy and
one accuracy a seed: as validate --table reads it) and report.json (all numbers). An earlier report of the study is replaced.

Examples:
  scattershot report
  scattershot report demo-1 --json`;

export function reportCommand(): Command {
  return new Command('report')

    .argument('[study]', 'a study (default: the newest)')
    .option('--json', 'where the files are, as one JSON document')
    .addHelpText('after', HELP)
    .action(lazily(async () => (await import('../actions/report.ts')).reportAction));
}
