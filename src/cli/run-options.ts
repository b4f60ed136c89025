import { type Command, Option } from 'commander';
import { UsageError } from './errors.ts';
import { queueOption, settleQueue } from './queue-option.ts';

/** Options of the commands that run a study, beside `--workers`. */
export interface RunOptions {
  readonly detach?: boolean;
  readonly log?: string;
  readonly jsonLines?: boolean;
  readonly onEnd?: string;
  /** the queue's URL, which may hold a password; true until `settleRunOptions` has found the URL that is meant */
  readonly queue?: string | true;
}

export function addRunOptions(command: Command): Command {
  return command
    .addOption(queueOption('share the work with all workers of a queue'))
    .addOption(
      new Option('--detach', 'start in the background, print name, process and log, and return; see watch and stop'),
    )
    .addOption(new Option('--log <file>', 'append plain lines with their times to a file as well'))
    .addOption(
      new Option('--json-lines', 'everything that happens as JSON, one object a line, the result last').conflicts(
        'json',
      ),
    )
    .addOption(
      new Option(
        '--on-end <command>',
        'a shell command to run when the study has ended, however; SCATTERSHOT_STUDY, SCATTERSHOT_STATE and SCATTERSHOT_EXIT_CODE tell it how',
      ),
    );
}

/**
 * Events as JSON end with a result as JSON. In the background the options that said so are done with: what is written there is a log.
 */
export function settleRunOptions(command: Command, inBackground: boolean): void {
  settleQueue(command);
  const { jsonLines, detach } = command.opts<RunOptions>();
  if (jsonLines === true && detach === true && !inBackground) {
    throw new UsageError(
      '--json-lines cannot be given with --detach, which returns before anything happens',
      'Look at the study with: scattershot watch STUDY --json-lines',
    );
  }
  if (jsonLines === true) command.setOptionValue('json', true);
  if (!inBackground) return;
  for (const option of ['detach', 'json']) command.setOptionValue(option, undefined);
}
