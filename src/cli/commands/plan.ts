import { Command, Option } from 'commander';
import { frontNames } from '../../training/fronts.ts';
import { addArchitectureOptions } from '../architecture-options.ts';
import { lazily } from '../lazily.ts';
import { oneOf, unitFraction } from '../parse.ts';

const EXAMPLES = `
Examples:
  scattershot plan --layers 64,1024,64
  scattershot plan --net cifar10-2cl --fan-out 1,8
  scattershot plan --net morse --density 50%
  scattershot plan --layers 784,300,100,10 --density 10% --allocate --degrees balanced
  scattershot plan --layers 3136,784,10 --front mnist-conv --fan-out 16,10 --json`;

export function planCommand(): Command {
  const command = new Command('plan');
  return addArchitectureOptions(command)
    .option('--allocate', 'choose the recommended allocation of --density instead of that density in every junction')
    .addOption(
      new Option(
        '--tolerance <share>',
        'how far below --density an allocation may stay, as a share of it (default: 2%)',
      ).argParser(unitFraction),
    )
    .addOption(
      new Option(
        '--front <front>',
        `convolutional layers whose costs count too: ${[...frontNames, 'none'].join(', ')} (default: those of --net)`,
      ).argParser(oneOf([...frontNames, 'none'])),
    )
    .option('--json', 'one JSON document')
    .addHelpText('after', EXAMPLES)
    .action(lazily(async () => (await import('../actions/plan.ts')).planAction));
}
