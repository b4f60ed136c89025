import { Command, CommanderError, Option } from 'commander';
import { type CommandEntry, commandTable } from './command-table.ts';
import { detached } from './detached.ts';
import { EXIT } from './errors.ts';
import { wholeNumber } from './parse.ts';
import { forgetUnaskedQueue } from './queue-option.ts';
import { addRunOptions, settleRunOptions } from './run-options.ts';
import { writeData } from './standard-output.ts';

const EXAMPLES = `
Examples:
  scattershot demo
  scattershot search --net morse --budget 30s
  scattershot leaderboard --sort accuracy

Every command has options and examples of its own: scattershot search --help
Exit codes: 0 done, 1 it failed, 2 the command was not understood, 130 interrupted. SCATTERSHOT_DEBUG=1 adds the stack of an error.`;

export interface Program {
  readonly program: Command;
  /** the command that runs or was refused, without the program's name ("data fetch"); empty before one is known */
  current(): string;
}

/**
 * The program with the command that the arguments name; the others are known by name and summary alone.
 * @param args what was typed; null: every command is loaded
 */
export async function createProgram(args: readonly string[] | null = null): Promise<Program> {
  let current = '';
  const program = new Command('scattershot')
    .description(
      'Finds high-scatter sparse connectivity patterns for the fully connected layers of a neural network, and finds out whether scatter predicts accuracy.',
    )
    .option('--version', 'its version, and those of what it runs on; --version --json as one document')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText('after', EXAMPLES);
  const asked = args === null ? commandTable.map(({ name }) => name) : askedNames(args);
  for (const entry of commandTable) {
    program.addCommand(
      asked.includes(entry.name) ? await loadCommand(entry) : new Command(entry.name).summary(entry.summary),
    );
  }
  noteFailures(program, '', (path) => {
    current = path;
  });
  if (args?.includes('--version')) await tellVersion(program, asksForJson(args));
  program.hook('preAction', (_, action) => {
    current = pathOf(action);
    settleRunOptions(action, detached !== null);
    forgetUnaskedQueue(action);
  });
  return { program, current: () => current };
}

/** Commands whose options are wanted: the one that runs, that of "help search", and that of a line to complete. */
function askedNames(args: readonly string[]): readonly string[] {
  const [first, second] = args;
  if (first === 'help') return [second];
  if (first !== 'completion') return [first];
  const line = args.slice(args.indexOf('--') + 1);
  return [first, ...line.filter((word) => !word.startsWith('-')).slice(0, 1)];
}

async function loadCommand({ summary, load, threads = false }: CommandEntry): Promise<Command> {
  const make = await load();
  const command = withGlobalOptions(make().summary(summary));
  if (command.description() === '') command.description(summary);
  if (threads) {
    const workers = new Option('--workers <n>', 'threads (default: one a core)');
    addRunOptions(command.addOption(workers.argParser(wholeNumber(1, 1024))));
  }
  return command;
}

/** Its parts are loaded for this alone. */
async function tellVersion(program: Command, asJson: boolean): Promise<void> {
  const { versionReport, versionText } = await import('./version-text.ts');
  program.on('option:version', () => {
    const report = versionReport();
    writeData(`${asJson ? JSON.stringify(report, null, 2) : versionText(report)}\n`);
    throw new CommanderError(EXIT.ok, 'commander.version', 'told');
  });
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
  const options = args.slice(0, end < 0 ? args.length : end);
  return options.includes('--json') || options.includes('--json-lines');
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
    .option('--ascii', 'no characters beyond ASCII in tables and views')
    .option('--no-color', 'no colours (NO_COLOR works too)');
}
