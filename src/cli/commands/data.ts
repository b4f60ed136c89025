import { Command } from 'commander';
import { lazily } from '../lazily.ts';

export function dataCommand(): Command {
  const data = new Command('data').addHelpText(
    'after',
    '\nExamples:\n  scattershot data\n  scattershot data fetch mnist fashion-mnist\n  scattershot data fetch cifar-100 --from cifar-100-binary.tar.gz\n  scattershot data path mnist',
  );
  data
    .command('list', { isDefault: true })
    .description(
      'all data sets, and which are here (by their sizes; digests are checked when they are fetched and read)',
    )
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExample:\n  scattershot data list --json')
    .action(lazily(async () => (await import('../actions/data.ts')).listAction));
  data
    .command('fetch')
    .description('bring data sets into cache/datasets, each file checked by its digest; what is there and whole stays')
    .argument('<names...>', 'one or more of "scattershot data"')
    .option('--from <place>', 'a folder, a .tar.gz archive or an http address (default: where it is known to be)')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot data fetch cifar-10\n  scattershot data fetch fashion-mnist --from ~/downloads/fashion\n\nInterrupted, it keeps what was downloaded and resumes there the next time.',
    )
    .action(lazily(async () => (await import('../actions/data.ts')).fetchAction));
  data
    .command('path')
    .description('where a data set lies')
    .argument('<name>', 'one of "scattershot data"')
    .addHelpText('after', '\nExample:\n  ls "$(scattershot data path mnist)"')
    .action(lazily(async () => (await import('../actions/data.ts')).pathAction));
  return data;
}
