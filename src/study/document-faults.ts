import { ScattershotError, unwrap } from '../base/failure.ts';
import type { Store, StoreFault, StudyRecord } from '../store/index.ts';
import { storedEpochs } from '../training/settings-schema.ts';
import { searchEndOf } from './search-end.ts';
import { orderOf, storedSettings } from './settings.ts';
import { storedValidation } from './validation-result.ts';

/** Why a document cannot be read; null where it can. */
function faultOf(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    if (error instanceof ScattershotError) return error.message;
    throw error;
  }
}

function isPlanned(study: StudyRecord): boolean {
  const settings = storedSettings(study);
  return settings.ok && settings.value.validation !== undefined;
}

function faultsOf(store: Store, study: StudyRecord): StoreFault[] {
  const { id, name, kind, result } = study;
  const searches = kind !== 'train';
  // Demos of versions without a plan have a verdict of another rule, which nothing reads any more.
  const validates = searches && isPlanned(study);
  const looks: [string, () => unknown][] = [
    ['its settings', () => (searches ? unwrap(storedSettings(study)) : orderOf(study))],
    ['its result', () => (validates && result !== null ? unwrap(storedValidation(study)) : searchEndOf(study))],
    ...store
      .evaluations(id)
      .map((evaluation): [string, () => unknown] => [
        `evaluation ${evaluation.id}`,
        () =>
          unwrap(
            storedEpochs(evaluation.trainingSettings, { what: 'its training settings', storedBy: evaluation.version }),
          ),
      ]),
  ];
  return looks.flatMap(([what, read]) => {
    const why = faultOf(read);
    return why === null ? [] : [{ study: { id, name }, what, why }];
  });
}

/** Documents in a database that the store keeps as they are and that only a study can read: settings and results. */
export const documentFaults = (store: Store): StoreFault[] =>
  store.listStudies().flatMap((study) => faultsOf(store, study));
