import { Command } from 'commander';
import { unwrap } from '../../base/failure.ts';
import { studiesJson, studiesTable } from '../../report/studies.ts';
import { type GlobalOptions, makeContext, printJson } from '../context.ts';
import { withStore } from '../stores.ts';

interface ListOptions extends GlobalOptions {
  readonly json?: boolean;
}

export function studiesCommand(): Command {
  const studies = new Command('studies')
    .description('list, rename and remove studies')
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot studies\n  scattershot studies rename morse-1 baseline\n  scattershot studies remove morse-2',
    );
  studies
    .command('list', { isDefault: true })
    .description('all studies, oldest first')
    .option('--json', 'one JSON document')
    .action(list);
  studies
    .command('rename')
    .description('give a study another name')
    .argument('<study>', 'its name or number')
    .argument('<name>', 'the new name')
    .action(rename);
  studies
    .command('remove')
    .description('remove a study with its candidates and evaluations')
    .argument('<study>', 'its name or number')
    .action(remove);
  return studies;
}

async function list(options: ListOptions): Promise<void> {
  const context = makeContext(options);
  await withStore(context, 'read', (store) => {
    const studies = store
      .listStudies()
      .map((study) => ({ study, candidates: study.candidates, trained: study.trained }));
    if (options.json) printJson(context, studiesJson(studies));
    else context.print(studiesTable(studies, context.text).trimEnd());
  });
}

async function rename(name: string, newName: string, options: GlobalOptions): Promise<void> {
  const context = makeContext(options);
  await withStore(context, 'write', (store) => {
    const study = unwrap(store.getStudy(name));
    const renamed = unwrap(store.renameStudy(study.id, newName));
    context.say(`${study.name} is now ${renamed.name}.`);
  });
}

async function remove(name: string, options: GlobalOptions): Promise<void> {
  const context = makeContext(options);
  await withStore(context, 'write', (store) => {
    const study = unwrap(store.getStudy(name));
    const candidates = store.candidates(study).length;
    unwrap(store.removeStudy(study.id));
    context.say(`Removed ${study.name} with its ${candidates} candidates.`);
  });
}
