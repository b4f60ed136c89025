import { Command, Option } from 'commander';
import { validationDefaults } from '../../study/validation-defaults.ts';
import { addArchitectureOptions } from '../architecture-options.ts';
import { addConstraintOptions } from '../constraint-options.ts';
import { UsageError } from '../errors.ts';
import { lazily } from '../lazily.ts';
import { marginOption } from '../margin-option.ts';
import { budget, names, wholeNumber } from '../parse.ts';
import { addTrainingOptions } from '../training-options.ts';

const EXAMPLES = `
Examples:
  scattershot validate --net morse --data morse --plan
  scattershot validate --net morse --data morse --candidates 100 --epochs 12
  scattershot validate --net mnist-cl --data mnist:train=10000 --shapes 28x28,224,10 --margin 0.3
  scattershot validate --net morse --data morse --proxy ./mine.mjs
  scattershot validate --resume morse-1
  scattershot validate --table trained.csv --proxy scatter --family strategy --random-level 0.66 --top 1
  scattershot validate --table trained.csv --proxy rewiring --stratum density

The plan is made and stored before anything is trained. The exit code is 0 whatever the answer.`;

/** Every value of an option that may be given again. */
function again(text: string, before: readonly string[] | undefined): string[] {
  names(text);
  return [...(before ?? []), text];
}

function finite(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new UsageError(`expected a number; got "${text}"`, 'Give a number such as 0.66.');
  return value;
}

const options: readonly Option[] = [
  new Option('--name <name>', 'name of the study (default: the network and a number)'),
  new Option('--candidates <N>', `patterns to train (default: ${validationDefaults.candidates})`).argParser(
    wholeNumber(2),
  ),
  marginOption(),
  new Option(
    '--adaptive',
    'train seed after seed and stop once the answer is there, at levels shared between the looks',
  ),
  new Option('--top-only', 'patterns from the random level up alone; then nothing is known of those below'),
  new Option(
    '--twins <n>',
    `trainings with renumbered inputs after a claim (default: ${validationDefaults.twins})`,
  ).argParser(wholeNumber(0)),
  new Option('--budget <time>', 'as many candidates as can be trained in such a time: 2h').argParser(budget),
  new Option('--plan', 'show the plan and stop; --resume trains it'),
  new Option('--resume <study>', 'go on with a study by its own plan'),
  new Option(
    '--table <file>',
    'judge a table of patterns that others trained: columns accuracy1, accuracy2, …, and columns of numbers',
  ),
  new Option(
    '--proxy <file>',
    'a proxy of your own among the rivals: ./mine.mjs, again or joined by commas for more; with --table: the column that is judged (default: scatter)',
  ).argParser(again),
  new Option('--family <column>', 'with --table: the column of families; without it all patterns count as one family'),
  new Option('--stratum <column>', 'with --table: the column of strata, which are never pooled'),
  new Option('--given <columns>', 'with --table: columns whose line is taken off proxy and accuracy').argParser(names),
  new Option('--random-level <x>', 'with --table: the proxy of random patterns').argParser(finite),
  new Option('--top <x>', 'with --table: the highest proxy there is').argParser(finite),
  new Option('--json', 'one JSON document'),
];

export function validateCommand(): Command {
  const command = new Command('validate');
  addTrainingOptions(addConstraintOptions(addArchitectureOptions(command)), {
    help: 'trainings of every candidate (default: one, and a second for every third)',
    default: null,
  });
  for (const option of options) command.addOption(option);
  return command
    .addHelpText('after', EXAMPLES)
    .action(lazily(async () => (await import('../actions/validate.ts')).validateAction));
}
