import { unwrap } from '../../src/base/failure.ts';
import type { NumberedCandidate } from '../../src/search/candidate.ts';
import type { Store, StudyRecord } from '../../src/store/index.ts';
import { newStudy } from '../store/sample-rows.ts';
import { openedStore, temporaryFolder } from '../store/samples.ts';

/** A study that holds these candidates, in a database that goes away with the test. */
export function studyWith(settings: object, added: readonly NumberedCandidate[]): { store: Store; study: StudyRecord } {
  const store = openedStore(`${temporaryFolder()}/a.db`);
  const study = unwrap(store.createStudy({ ...newStudy, settings }));
  store.recordRound(study.id, { added, evaluated: added.length, seconds: 0, checkpoint: null });
  return { store, study };
}
