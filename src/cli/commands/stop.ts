import { Command } from 'commander';
import { lazily } from '../lazily.ts';

export function stopCommand(): Command {
  return new Command('stop')

    .argument('<study>', 'its name or number')
    .option('--json', 'one JSON document: {study, id, state}')
    .addHelpText('after', '\nExample:\n  scattershot stop morse-1')
    .action(lazily(async () => (await import('../actions/stop.ts')).stopAction));
}
