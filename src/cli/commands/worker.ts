import { Command, Option } from 'commander';
import { lazily } from '../lazily.ts';
import { duration, wholeNumber } from '../parse.ts';
import { queueOption } from '../queue-option.ts';
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
  return new Command('worker')
    .addOption(queueOption('where studies offer their work'))
    .addOption(new Option('--threads <n>', 'threads (default: one a core)').argParser(wholeNumber(1, 1024)))
    .addOption(
      new Option(
        '--grace <time>',
        `after SIGTERM, what is begun may go on for so long (default: ${DEFAULT_GRACE_SECONDS}s)`,
      ).argParser(duration),
    )
    .addOption(new Option('--idle <time>', 'leave once there was nothing to do for so long').argParser(duration))
    .addOption(new Option('--json-lines', 'what happens as JSON, one object a line, the result last'))
    .addHelpText('after', EXAMPLES)
    .action(lazily(async () => (await import('../actions/worker.ts')).workerAction));
}
