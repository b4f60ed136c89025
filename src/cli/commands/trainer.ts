import { Argument, Command } from 'commander';
import { readyProgramNames } from '../../training/command/ready-program-names.ts';
import { lazily } from '../lazily.ts';
import { oneOf } from '../parse.ts';
import { trainerLimits } from '../trainer-options.ts';

const EXAMPLES = `
Examples:
  scattershot trainer init pytorch
  scattershot trainer init node --force
  scattershot trainer check "python3 trainer.py"`;

export function trainerCommand(): Command {
  const trainer = new Command('trainer').addHelpText('after', EXAMPLES);
  trainer
    .command('init')
    .description('writes a trainer program to start from into this folder: trainer.py or trainer.mjs')
    .addArgument(
      new Argument(
        '<program>',
        `${readyProgramNames.join(' or ')}; both keep the protocol of docs/trainers.md`,
      ).argParser(oneOf(readyProgramNames)),
    )
    .option('--force', 'replace a file that exists')
    .option('--json', 'one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(lazily(async () => (await import('../actions/trainer.ts')).initAction));
  const check = trainer
    .command('check')
    .description('tries a trainer before a study does: hello, tiny trainings, a cancelled one, garbage')
    .argument('<command>', 'as --trainer takes it: "python3 train.py"; see docs/trainers.md');
  for (const option of trainerLimits()) check.addOption(option);
  check
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      `\nExample:\n  scattershot trainer check "python3 trainer.py"\n\nExits with 1 where the trainer does not keep the protocol.`,
    )
    .action(lazily(async () => (await import('../actions/trainer.ts')).checkTrainerAction));
  return trainer;
}
