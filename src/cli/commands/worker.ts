import { Command, Option } from 'commander';
import { lazily } from '../lazily.ts';
import { duration, names, wholeNumber } from '../parse.ts';
import { queueOption } from '../queue-option.ts';
import { trainerLimits } from '../trainer-options.ts';
import { DEFAULT_GRACE_SECONDS } from '../worker-end.ts';

const EXAMPLES = `
Examples:
  scattershot worker --queue redis://queue.lab
  scattershot worker --queue postgres://lab@queue.lab/scattershot --threads 8
  scattershot worker --queue rediss://queue.lab:6380 --idle 10m --grace 4m --json-lines

Keep the password in SCATTERSHOT_QUEUE_PASSWORD, and the URL in SCATTERSHOT_QUEUE if you like.
Ctrl-C finishes what is begun and takes no more; again gives it back to other workers; once more leaves at once. SIGTERM finishes what
it can within --grace, and gives the rest back. Exits with 130 then, with 0 after --idle.`;

export function workerCommand(): Command {
  const command = new Command('worker')
    .addOption(queueOption('where studies offer their work'))
    .addOption(new Option('--threads <n>', 'threads (default: one a core)').argParser(wholeNumber(1, 1024)))
    .addOption(
      new Option(
        '--grace <time>',
        `after SIGTERM, what is begun may go on for so long (default: ${DEFAULT_GRACE_SECONDS}s)`,
      ).argParser(duration),
    )
    .addOption(
      new Option(
        '--trainer <command>',
        'the trainer of your own that studies train by: the same command and files as there (no code travels)',
      ),
    )
    .addOption(
      new Option(
        '--strategies <folders>',
        'where strategy files of your own may lie: the same files as there (default: the working directory)',
      ).argParser(names),
    )
    .addOption(new Option('--idle <time>', 'leave once there was nothing to do for so long').argParser(duration))
    .addOption(new Option('--json-lines', 'what happens as JSON, one object a line, the result last'));
  for (const option of trainerLimits()) command.addOption(option);
  return command
    .addHelpText('after', EXAMPLES)
    .action(lazily(async () => (await import('../actions/worker.ts')).workerAction));
}
