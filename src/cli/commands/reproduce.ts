import { Argument, Command, Option } from 'commander';
import { scales } from '../../paper/scale.ts';
import { targets } from '../../paper/targets.ts';
import { lazily } from '../lazily.ts';
import { oneOf, wholeNumber } from '../parse.ts';

const EXAMPLES = `
Examples:
  scattershot reproduce table1
  scattershot reproduce fig3 --scale smoke
  scattershot reproduce fig2 --scale small --seeds 6
  scattershot reproduce fig2 --scale paper --part cl
  scattershot reproduce link --scale paper --json

Trainings are kept in the database: the same command goes on after an interruption and trains nothing twice.
Scales: smoke (seconds; that it runs), small (two cores, minutes to an hour; less data than the paper), paper (as published).`;

export function reproduceCommand(): Command {
  return new Command('reproduce')
    .addArgument(new Argument('<target>', `what of the paper: ${targets.join(', ')}`).argParser(oneOf(targets)))
    .addOption(new Option('--scale <scale>', `${scales.join(', ')} (default: small)`).argParser(oneOf(scales)))
    .option(
      '--part <name>',
      'one part of a figure alone: 2cl, 3cl (fig1), conv, cl (fig2), equal, split-25, split-50 (fig3)',
    )
    .addOption(
      new Option(
        '--seeds <n>',
        'trainings of each network, each with a random pattern of its own (default: 2 at smoke scale, 4 at small, 5 at paper)',
      ).argParser(wholeNumber(1, 1000)),
    )
    .addOption(new Option('--workers <n>', 'threads (default: one a core)').argParser(wholeNumber(1, 1024)))
    .option('--json', 'one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(lazily(async () => (await import('../actions/reproduce.ts')).reproduceAction));
}
