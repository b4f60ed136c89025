import { join } from 'node:path';
import { safeJson } from '../base/clean-text.ts';
import { ScattershotError, unwrap } from '../base/failure.ts';
import { fileFailure, makeFolders, writeWhole } from '../base/file-access.ts';
import type { Store, StudyRecord } from '../store/index.ts';
import { studyReport } from '../study/study-report.ts';
import { reportPage } from './html/page.ts';
import { candidatesCsv, reportJson } from './report-data.ts';

/** Files of a report, all in one folder. */
const PAGE = 'index.html';
const TABLE = 'candidates.csv';
const NUMBERS = 'report.json';

/** Where a report was written. */
export interface WrittenReport {
  readonly page: string;
  readonly table: string;
  readonly numbers: string;
}

/** Makes a folder for a report. @throws ScattershotError where it cannot be made */
export function makeReportFolder(folder: string): void {
  try {
    makeFolders(folder);
  } catch (error) {
    const fault = fileFailure(error, folder, 'write');
    throw fault === null ? error : new ScattershotError(fault);
  }
}

/**
 * Writes what a study came to: a page to read (`index.html`, one file without scripts that loads nothing), the table of its
 * candidates (`candidates.csv`, as `validate --table` reads it) and all numbers (`report.json`). The page is written last, so that
 * where it stands the others do too. Files of an earlier report are replaced.
 *
 * ```ts
 * const { study } = await runStudy(demoSettings(), { store });
 * const { page } = await writeReport(store, study, 'reports/demo-1');
 * ```
 *
 * @param folder made where it is not there
 * @throws ScattershotError for what the world does: a full disk, a folder that cannot be written, a document of another version
 */
export async function writeReport(store: Store, study: StudyRecord, folder: string): Promise<WrittenReport> {
  const report = studyReport(store, study);
  const page = await reportPage(report, { table: TABLE, numbers: NUMBERS });
  makeReportFolder(folder);
  const written = { page: join(folder, PAGE), table: join(folder, TABLE), numbers: join(folder, NUMBERS) };
  unwrap(await writeWhole(written.table, [candidatesCsv(report)]));
  unwrap(await writeWhole(written.numbers, [`${safeJson(reportJson(report), 1)}\n`]));
  unwrap(await writeWhole(written.page, [page]));
  return written;
}
