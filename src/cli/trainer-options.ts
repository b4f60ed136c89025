import { type Command, Option } from 'commander';
import { inItsFolder, type OwnTrainer } from '../training/command/own-trainer.ts';
import { UsageError } from './errors.ts';
import { duration, names } from './parse.ts';

/** What is typed of a trainer of the user's own. */
export interface TypedTrainer {
  readonly trainer?: string;
  readonly trainerFiles?: readonly string[];
  readonly trainerTimeout?: number;
  readonly trainerJobTimeout?: number;
}

/** What is said of a trainer besides its command. */
export const trainerLimits = (): readonly Option[] => [
  new Option(
    '--trainer-files <files>',
    'files and folders that its results depend on, besides those its command names: where they change, it trains again',
  ).argParser(names),
  new Option('--trainer-timeout <time>', 'how long it may take to start (default: 60s)').argParser(duration),
  new Option(
    '--trainer-job-timeout <time>',
    'how long it may be silent while it has trainings (default: 1h)',
  ).argParser(duration),
];

export function addTrainerOptions(command: Command): Command {
  const help = 'a program of your own that trains: "python3 train.py" (docs/trainers.md); the engine is then command';
  command.addOption(new Option('--trainer <command>', help));
  for (const option of trainerLimits()) command.addOption(option);
  return command;
}

/** @throws UsageError where something is said of a trainer and none is named */
export function ownTrainerFrom(typed: TypedTrainer): OwnTrainer | undefined {
  const { trainer: command, trainerFiles, trainerTimeout: helloSeconds, trainerJobTimeout: silenceSeconds } = typed;
  const said = Object.fromEntries(
    Object.entries({ trainerFiles, helloSeconds, silenceSeconds }).filter(([, value]) => value !== undefined),
  );
  if (command !== undefined) return inItsFolder({ command, ...said });
  const flags = { trainerFiles: 'files', helloSeconds: 'timeout', silenceSeconds: 'job-timeout' } as const;
  const [alone] = Object.keys(said) as (keyof typeof flags)[];
  if (alone === undefined) return undefined;
  const flag = `--trainer-${flags[alone]}`;
  throw new UsageError(`${flag} is of a trainer of your own`, 'Give --trainer "python3 train.py" with it.');
}
