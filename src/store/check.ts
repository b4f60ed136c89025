import { ScattershotError } from '../base/failure.ts';
import type { Candidates } from './candidates.ts';
import type { Connection } from './connection.ts';
import type { Evaluations } from './evaluations.ts';
import type { StudyRecord } from './records.ts';
import type { SearchStates } from './search-state.ts';
import type { Studies, StudyName } from './studies.ts';

/** Something in a database that is not what was stored. */
export interface StoreFault {
  /** the study that it belongs to; null where it belongs to none */
  readonly study: StudyName | null;
  /** "the file", "the study", "candidate 3", … */
  readonly what: string;
  readonly why: string;
}

interface StoreParts {
  readonly connection: Connection;
  readonly studies: Studies;
  readonly candidates: Candidates;
  readonly evaluations: Evaluations;
  readonly searchStates: SearchStates;
}

/** Looks at everything that a database holds. What cannot be read at all ends that look, and no other. */
export class StoreChecks {
  readonly #parts: StoreParts;

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  /** What SQLite itself finds. */
  file(): string[] {
    const { connection } = this.#parts;
    const checks = connection.pragma('integrity_check') as { readonly integrity_check: string }[];
    const orphans = connection.pragma('foreign_key_check') as { readonly table: string; readonly parent: string }[];
    const faults = checks.map((row) => row.integrity_check).filter((line) => line !== 'ok');
    return [
      ...faults,
      ...orphans.map(({ table, parent }) => `a row of ${table} refers to a row of ${parent} that is missing`),
    ];
  }

  all(): StoreFault[] {
    const { studies } = this.#parts;
    const inFile = this.#looked(null, 'the file', () =>
      this.file().map((why) => ({ study: null, what: 'the file', why })),
    );
    const inStudies = this.#looked(null, 'the studies', () => [
      ...studies.damaged().map(({ id, name, why }) => ({ study: { id, name }, what: 'the study', why })),
      ...studies.list().flatMap((study) => this.#ofStudy(study)),
    ]);
    return [...inFile, ...inStudies];
  }

  #ofStudy(study: StudyRecord): StoreFault[] {
    const { candidates, evaluations } = this.#parts;
    const { id, name } = study;
    const faultOf = (row: { readonly row: string; readonly why: string }): StoreFault => ({
      study: { id, name },
      what: row.row,
      why: row.why,
    });
    return [
      ...this.#looked(study, 'its candidates', () => candidates.damaged(study).map(faultOf)),
      ...this.#looked(study, 'its candidates', () =>
        candidates.list(study).flatMap(({ number }) =>
          this.#looked(study, `the pattern of candidate ${number}`, () => {
            candidates.pattern(id, number);
            return [];
          }),
        ),
      ),
      ...this.#looked(study, 'its evaluations', () => evaluations.damaged(id).map(faultOf)),
      ...this.#looked(study, 'its checkpoint', () => {
        this.#parts.searchStates.load(id);
        return [];
      }),
    ];
  }

  /** What the look finds, or the failure that ends it. A checkpoint of another version of Node is not damaged. */
  #looked(study: StudyName | null, what: string, look: () => StoreFault[]): StoreFault[] {
    try {
      return look();
    } catch (error) {
      if (!(error instanceof ScattershotError)) throw error;
      if (error.reason === 'unreadable-checkpoint') return [];
      return [{ study: study === null ? null : { id: study.id, name: study.name }, what, why: error.message }];
    }
  }
}
