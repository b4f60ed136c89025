import { Command, Option } from 'commander';
import { version } from '../base/version.ts';
import { dataCommand } from './commands/data.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { exportCommand } from './commands/export.ts';
import { leaderboardCommand } from './commands/leaderboard.ts';
import { scoreCommand } from './commands/score.ts';
import { searchCommand } from './commands/search.ts';
import { studiesCommand } from './commands/studies.ts';
import { trainCommand } from './commands/train.ts';
import { wholeNumber } from './parse.ts';

const commands = [
  demoCommand,
  searchCommand,
  scoreCommand,
  trainCommand,
  leaderboardCommand,
  studiesCommand,
  exportCommand,
  dataCommand,
  doctorCommand,
];

export function createProgram(): Command {
  const program = new Command('scattershot')
    .description(
      'Finds high-scatter sparse connectivity patterns for the fully connected layers of a neural network,\nand finds out whether scatter predicts accuracy.',
    )
    .version(version, '--version')
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot demo\n  scattershot search --net morse --budget 30s\n  scattershot leaderboard --sort accuracy',
    );
  for (const make of commands) program.addCommand(withGlobalOptions(make()));
  speakClearly(program, '');
  return program;
}

/** Usage errors as one sentence and a next step, like every other error; none ends the process by itself. */
function speakClearly(command: Command, path: string): void {
  const name = `${path}${command.name()}`;
  command
    .exitOverride()
    .showHelpAfterError(`See "${name} --help".`)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'scattershot: ')) });
  for (const subcommand of command.commands) speakClearly(subcommand as Command, `${name} `);
}

/** Options that every command takes, listed with its own so that `--help` shows them all. */
function withGlobalOptions(command: Command): Command {
  for (const subcommand of command.commands) withGlobalOptions(subcommand as Command);
  if (command.commands.length > 0) {
    // Given before the subcommand's name they count for it too.
    command.hook('preAction', (group, action) => {
      for (const [name, value] of Object.entries(group.opts())) {
        if (group.getOptionValueSource(name) === 'cli') action.setOptionValueWithSource(name, value, 'cli');
      }
    });
  }
  return command
    .option('--db <file>', 'the database (default: cache/scattershot.db)')
    .addOption(new Option('--seed <n>', 'decides everything random (default: 1)').argParser(wholeNumber(0)))
    .addOption(new Option('--workers <n>', 'threads (default: one a core)').argParser(wholeNumber(1, 1024)))
    .option('--quiet', 'only results, warnings and errors')
    .option('--plain', 'plain lines instead of the dashboard')
    .option('--no-color', 'no colours (NO_COLOR works too)');
}
