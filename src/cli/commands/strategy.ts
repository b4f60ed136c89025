import { Command, Option } from 'commander';
import { addArchitectureOptions } from '../architecture-options.ts';
import { addConstraintOptions } from '../constraint-options.ts';
import { lazily } from '../lazily.ts';
import { limitOptions } from '../limit-options.ts';
import { unitFraction } from '../parse.ts';

const EXAMPLES = `
Examples:
  scattershot strategy check ./mine.mjs
  scattershot strategy check ./mine.mjs --net morse --step-timeout 5
  scattershot strategy check ./mine.mjs --layers 64,128,32 --fan-out 16,8 --target 0.8 --json`;

export function strategyCommand(): Command {
  const strategy = new Command('strategy').addHelpText('after', EXAMPLES);
  const check = strategy
    .command('check')
    .description('whether a strategy keeps its contract, on small problems of every kind and on a network of yours')
    .argument('<file>', 'a module that holds a strategy; see docs/strategies.md');
  addConstraintOptions(addArchitectureOptions(check));
  check.addOption(new Option('--target <S>', 'a scatter of this value is wanted').argParser(unitFraction));
  for (const option of limitOptions) check.addOption(option);
  check
    .option('--json', 'one JSON document')
    .addHelpText('after', `${EXAMPLES}\n\nExits with 1 where the contract is broken, or no problem is accepted.`)
    .action(lazily(async () => (await import('../actions/strategy.ts')).checkAction));
  return strategy;
}
