import { Command } from 'commander';
import { unwrap } from '../../base/failure.ts';
import {
  type StudyOverview,
  studiesCheckJson,
  studiesCheckText,
  studiesJson,
  studiesTable,
} from '../../report/studies.ts';
import { documentFaults } from '../../study/document-faults.ts';
import { type GlobalOptions, makeContext, printJson } from '../context.ts';
import { EXIT } from '../errors.ts';
import { withStore } from '../stores.ts';

interface ListOptions extends GlobalOptions {
  readonly json?: boolean;
}

export function studiesCommand(): Command {
  const studies = new Command('studies')
    .description('list, check, rename and remove studies')
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot studies\n  scattershot studies rename morse-1 baseline\n  scattershot studies remove 2\n  scattershot studies check',
    );
  studies
    .command('list', { isDefault: true })
    .description('all studies, oldest first')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExample:\n  scattershot studies list --json')
    .action(list);
  studies
    .command('rename')
    .description('give a study another name')
    .argument('<study>', 'its name or number')
    .argument('<name>', 'the new name')
    .addHelpText('after', '\nExample:\n  scattershot studies rename morse-1 baseline')
    .action(rename);
  studies
    .command('remove')
    .description('remove a study with its candidates and evaluations')
    .argument('<study>', 'its name or number')
    .addHelpText('after', '\nExample:\n  scattershot studies remove morse-2')
    .action(remove);
  studies
    .command('check')
    .description('what is damaged in the database; exits with 1 where something is')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExample:\n  scattershot studies check --db old.db')
    .action(check);
  return studies;
}

async function list(options: ListOptions): Promise<void> {
  const context = makeContext(options);
  await withStore(context, 'read', (store) => {
    const sound = store.listStudies().map((study) => ({ study, candidates: study.candidates, trained: study.trained }));
    const damaged = store.damagedStudies().map((study) => ({ damaged: study }));
    const idOf = (row: StudyOverview) => ('damaged' in row ? row.damaged.id : row.study.id);
    const studies: StudyOverview[] = [...sound, ...damaged].sort((a, b) => idOf(a) - idOf(b));
    if (options.json) printJson(context, studiesJson(studies));
    else context.print(studiesTable(studies, context.text).trimEnd());
  });
}

async function rename(name: string, newName: string, options: GlobalOptions): Promise<void> {
  const context = makeContext(options);
  await withStore(context, 'write', (store) => {
    const study = unwrap(store.findStudy(name));
    const renamed = unwrap(store.renameStudy(study.id, newName));
    context.say(`${study.name} is now ${renamed.name}.`);
  });
}

async function remove(name: string, options: GlobalOptions): Promise<void> {
  const context = makeContext(options);
  await withStore(context, 'write', (store) => {
    const study = unwrap(store.findStudy(name));
    const candidates = unwrap(store.removeStudy(study.id));
    context.say(`Removed ${study.name} with its ${candidates} candidates.`);
  });
}

async function check(options: ListOptions): Promise<void> {
  const context = makeContext(options);
  await withStore(context, 'read', (store) => {
    const faults = [...store.check(), ...documentFaults(store)];
    const studies = store.listStudies().length;
    if (options.json) printJson(context, studiesCheckJson(store.path, studies, faults));
    else if (faults.length > 0) context.print(studiesCheckText(faults, context.text).trimEnd());
    if (faults.length === 0) context.say(`${store.path} is sound: ${studies} ${studies === 1 ? 'study' : 'studies'}.`);
    else process.exitCode = EXIT.failed;
  });
}
