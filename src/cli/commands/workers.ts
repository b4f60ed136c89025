import { Command } from 'commander';
import { lazily } from '../lazily.ts';
import { queueOption } from '../queue-option.ts';

export function workersCommand(): Command {
  return new Command('workers')
    .addOption(queueOption('the queue'))
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot workers --queue redis://queue.lab\n  SCATTERSHOT_QUEUE=redis://queue.lab scattershot workers --json',
    )
    .action(lazily(async () => (await import('../actions/workers.ts')).workersAction));
}
