import { join } from 'node:path';
import { messageOf } from '../base/failure.ts';
import { writeReport } from '../report/write-report.ts';
import type { Store, StudyRecord } from '../store/index.ts';
import type { Context } from './context.ts';
import { asFailure } from './errors.ts';

/** Where a study's report lies. */
export const reportFolder = ({ reportsFolder }: Context, { name }: StudyRecord): string => join(reportsFolder, name);

/**
 * Writes the report of a study that has come to its end, and says where. A report that cannot be written costs a warning: the study
 * itself is stored.
 */
export async function reportAtEnd(store: Store, study: StudyRecord, context: Context): Promise<void> {
  try {
    const { page } = await writeReport(store, study, reportFolder(context, study));
    context.say(`Report: ${page}`);
  } catch (error) {
    const fault = asFailure(error);
    const why = fault?.message ?? messageOf(error);
    const step = fault === null ? '' : ` ${fault.nextStep}`;
    context.warn(
      `The report was not written (${why}); the study is stored.${step} Then write it with: scattershot report ${study.name}`,
    );
  }
}
