import { Command } from 'commander';
import { lazily } from '../lazily.ts';

export function doctorCommand(): Command {
  return new Command('doctor')

    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExample:\n  scattershot doctor')
    .action(lazily(async () => (await import('../actions/doctor.ts')).doctorAction));
}
