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

export async function listAction(options: ListOptions): Promise<void> {
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

export async function renameAction(name: string, newName: string, options: GlobalOptions): Promise<void> {
  const context = makeContext(options);
  await withStore(context, 'write', (store) => {
    const study = unwrap(store.findStudy(name));
    const renamed = unwrap(store.renameStudy(study.id, newName));
    context.say(`${study.name} is now ${renamed.name}.`);
  });
}

export async function removeAction(name: string, options: GlobalOptions): Promise<void> {
  const context = makeContext(options);
  await withStore(context, 'write', (store) => {
    const study = unwrap(store.findStudy(name));
    const candidates = unwrap(store.removeStudy(study.id));
    context.say(`Removed ${study.name} with its ${candidates} candidates.`);
  });
}

export async function checkAction(options: ListOptions): Promise<void> {
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
