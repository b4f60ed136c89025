import { Command, Option } from 'commander';
import { lazily } from '../lazily.ts';

export function watchCommand(): Command {
  return new Command('watch')

    .argument('[study]', 'its name or number (default: the newest)')
    .addOption(new Option('--json-lines', 'everything that happens as JSON, one object a line, its state last'))
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot watch morse-1\n  scattershot watch morse-1 --plain\n  scattershot watch --json-lines\n\nExits as the study ended: 0 finished, 130 interrupted, 1 failed; 0 when left before.',
    )
    .action(lazily(async () => (await import('../actions/watch.ts')).watchAction));
}
