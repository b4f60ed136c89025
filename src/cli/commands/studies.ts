import { Command } from 'commander';
import { lazily } from '../lazily.ts';

export function studiesCommand(): Command {
  const studies = new Command('studies').addHelpText(
    'after',
    '\nExamples:\n  scattershot studies\n  scattershot studies rename morse-1 baseline\n  scattershot studies remove 2\n  scattershot studies check',
  );
  studies
    .command('list', { isDefault: true })
    .description('all studies, oldest first')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExample:\n  scattershot studies list --json')
    .action(lazily(async () => (await import('../actions/studies.ts')).listAction));
  studies
    .command('rename')
    .description('give a study another name')
    .argument('<study>', 'its name or number')
    .argument('<name>', 'the new name')
    .addHelpText('after', '\nExample:\n  scattershot studies rename morse-1 baseline')
    .action(lazily(async () => (await import('../actions/studies.ts')).renameAction));
  studies
    .command('remove')
    .description('remove a study with its candidates and evaluations')
    .argument('<study>', 'its name or number')
    .addHelpText('after', '\nExample:\n  scattershot studies remove morse-2')
    .action(lazily(async () => (await import('../actions/studies.ts')).removeAction));
  studies
    .command('check')
    .description('what is damaged in the database; exits with 1 where something is')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExample:\n  scattershot studies check --db old.db')
    .action(lazily(async () => (await import('../actions/studies.ts')).checkAction));
  return studies;
}
