import { unwrap } from '../../base/failure.ts';
import { writeReport } from '../../report/write-report.ts';
import { type GlobalOptions, makeContext, printJson } from '../context.ts';
import { withStore } from '../stores.ts';
import { reportFolder } from '../study-report.ts';

export async function reportAction(name: string | undefined, options: GlobalOptions): Promise<void> {
  const context = makeContext(options);
  await withStore(context, 'read', async (store) => {
    const study = unwrap(store.getStudy(name ?? null));
    const written = await writeReport(store, study, reportFolder(context, study));
    if (options.json) printJson(context, { study: study.name, id: study.id, ...written });
    else context.print(written.page);
  });
}
