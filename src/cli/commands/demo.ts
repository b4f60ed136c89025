import { Command, Option } from 'commander';
import { lazily } from '../lazily.ts';
import { marginOption } from '../margin-option.ts';
import { oneOf } from '../parse.ts';
import { addTrainerOptions } from '../trainer-options.ts';
import { backends, engineOption } from '../training-options.ts';

export function demoCommand(): Command {
  const command = new Command('demo')

    .addOption(new Option('--backend <backend>', backends.join(', ')).argParser(oneOf(backends)).default('auto'))
    .addOption(engineOption('auto, sparse, tfjs, or command for a trainer of your own'))
    .addOption(marginOption())
    .option('--resume <study>', 'go on with a demo that was interrupted')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot demo\n  scattershot demo --seed 7 --plain\n  scattershot demo --resume demo-1\n  scattershot demo --engine command --trainer "node trainer.mjs"',
    )
    .action(lazily(async () => (await import('../actions/demo.ts')).demoAction));
  return addTrainerOptions(command);
}
