import { Command, CommanderError, Option } from 'commander';
import { version } from '../base/version.ts';
import { dataCommand } from './commands/data.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { exportCommand } from './commands/export.ts';
import { leaderboardCommand } from './commands/leaderboard.ts';
import { reportCommand } from './commands/report.ts';
import { scoreCommand } from './commands/score.ts';
import { searchCommand } from './commands/search.ts';
import { studiesCommand } from './commands/studies.ts';
import { trainCommand } from './commands/train.ts';
import { validateCommand } from './commands/validate.ts';
import { EXIT } from './errors.ts';
import { wholeNumber } from './parse.ts';

/** In the order of `--help`. Commands that work on several threads take `--workers`. */
const commands: readonly { readonly make: () => Command; readonly threads?: boolean }[] = [
  { make: demoCommand, threads: true },
  { make: searchCommand, threads: true },
  { make: scoreCommand },
  { make: trainCommand, threads: true },
  { make: validateCommand, threads: true },
  { make: leaderboardCommand },
  { make: reportCommand },
  { make: studiesCommand },
  { make: exportCommand },
  { make: dataCommand },
  { make: doctorCommand },
];

export interface Program {
  readonly program: Command;
  /** the command that runs or was refused, without the program's name ("data fetch"); empty before one is known */
  current(): string;
}

export function createProgram(): Program {
  let current = '';
  const program = new Command('scattershot')
    .description(
      'Finds high-scatter sparse connectivity patterns for the fully connected layers of a neural network, and finds out whether scatter predicts accuracy.',
    )
    .version(version, '--version')
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot demo\n  scattershot search --net morse --budget 30s\n  scattershot leaderboard --sort accuracy\n\nEvery command has options and examples of its own: scattershot search --help\nExit codes: 0 done, 1 it failed, 2 the command was not understood, 130 interrupted. SCATTERSHOT_DEBUG=1 adds the stack of an error.',
    );
  for (const { make, threads = false } of commands) {
    const command = withGlobalOptions(make());
    if (threads) {
      const workers = new Option('--workers <n>', 'threads (default: one a core)');
      command.addOption(workers.argParser(wholeNumber(1, 1024)));
    }
    program.addCommand(command);
  }
  noteFailures(program, '', (path) => {
    current = path;
  });
  program.hook('preAction', (_, action) => {
    current = pathOf(action);
  });
  return { program, current: () => current };
}

function pathOf(command: Command): string {
  const above = command.parent;
  return above === null ? '' : `${pathOf(above)} ${command.name()}`.trim();
}

/** Makes commander throw its usage errors, which are then reported like all others, and keeps it from ending the process. */
function noteFailures(command: Command, path: string, note: (path: string) => void): void {
  command.configureOutput({ outputError: () => undefined }).exitOverride((error) => {
    const unknown = unknownCommand(command, error);
    note(unknown === null ? path : pathOf(command.parent as Command));
    throw unknown ?? error;
  });
  for (const subcommand of command.commands) noteFailures(subcommand, `${path} ${subcommand.name()}`.trim(), note);
}

/** commander takes the unknown command in "studies lst" for an argument of "studies list". Null for any other error. */
function unknownCommand({ parent, args, registeredArguments }: Command, error: CommanderError): CommanderError | null {
  const inGroup = parent?.parent != null && registeredArguments.length === 0;
  if (!inGroup || error.code !== 'commander.excessArguments') return null;
  const names = parent.commands.map((command) => command.name()).join(', ');
  const message = `unknown command '${args[0]}'\n(The commands are: ${names}.)`;
  return new CommanderError(EXIT.usage, 'commander.unknownCommand', message);
}

/** Whether errors are wanted as JSON, for arguments that may be wrong in any way. */
export function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? args.length : end).includes('--json');
}

/** Options that every command takes, listed with its own so that `--help` shows them all. */
function withGlobalOptions(command: Command): Command {
  for (const subcommand of command.commands) withGlobalOptions(subcommand);
  if (command.commands.length > 0) {
    // Options before the subcommand's name count for the subcommand too.
    command.hook('preAction', (group, action) => {
      for (const [name, value] of Object.entries(group.opts())) {
        if (group.getOptionValueSource(name) === 'cli') action.setOptionValueWithSource(name, value, 'cli');
      }
    });
  }
  return command
    .option('--db <file>', 'the database (default: cache/scattershot.db)')
    .addOption(new Option('--seed <n>', 'decides everything random (default: 1)').argParser(wholeNumber(0)))
    .option('--quiet', 'only results, warnings and errors')
    .option('--plain', 'plain lines instead of the dashboard')
    .option('--no-color', 'no colours (NO_COLOR works too)');
}
