import { availableParallelism, cpus } from 'node:os';
import { Command } from 'commander';
import { type DoctorRow, doctorText } from '../../report/doctor.ts';
import { openStore } from '../../store/index.ts';
import { detectBackends } from '../../training/engines.ts';
import { version } from '../../version.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';

interface DoctorOptions extends GlobalOptions {
  readonly json?: boolean;
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('what engines, backends and devices work here, and how to get the others')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExample:\n  scattershot doctor')
    .action(doctor);
}

function systemRows(context: Context): DoctorRow[] {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const threads = `${availableParallelism()} × ${model}`;
  return [
    {
      name: 'node',
      kind: 'system',
      available: true,
      detail: `${process.version} on ${process.platform}-${process.arch}`,
      howToGet: null,
    },
    { name: 'worker threads', kind: 'system', available: true, detail: threads, howToGet: null },
    databaseRow(context),
  ];
}

/** Whether the database can be read; one that is not there yet will be made. */
function databaseRow(context: Context): DoctorRow {
  const opened = openStore(context.database, { mode: 'read' });
  const row = { name: 'database', kind: 'system' } as const;
  if (!opened.ok) {
    const absent = opened.reason === 'no-database';
    const detail = absent ? `${context.database} (made by the first study)` : opened.message;
    return { ...row, available: absent, detail, howToGet: absent ? null : opened.nextStep };
  }
  const studies = opened.value.listStudies().length;
  opened.value.close();
  return {
    ...row,
    available: true,
    detail: `${context.database}, ${studies} ${studies === 1 ? 'study' : 'studies'}`,
    howToGet: null,
  };
}

async function doctor(options: DoctorOptions): Promise<void> {
  const context = makeContext(options);
  const backends = await detectBackends();
  const rows: DoctorRow[] = [
    ...systemRows(context),
    ...backends.map(
      (report): DoctorRow => ({
        name: report.backend,
        kind: 'backend',
        available: report.available,
        detail: report.available ? (report.device ?? '') : report.message,
        howToGet: report.available ? null : report.nextStep,
      }),
    ),
  ];
  const chosen = backends.find((report) => report.available && report.auto)?.backend ?? null;
  if (options.json) return printJson(context, { version, chosen, rows, backends });
  context.print(doctorText(rows, context.text).trimEnd());
  context.say(`\nTraining with --backend auto uses: ${chosen ?? 'nothing, see above'}`);
}
