import { availableParallelism, cpus } from 'node:os';
import { Command } from 'commander';
import { version } from '../../base/version.ts';
import { type DoctorRow, doctorText } from '../../report/doctor.ts';
import { openStore } from '../../store/index.ts';
import { probeSqlite } from '../../store/probe.ts';
import { type BackendReport, createTrainer, detectBackends } from '../../training/engines.ts';
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

async function systemRows(context: Context): Promise<DoctorRow[]> {
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
    ...(await databaseRows(context)),
  ];
}

/** The database is opened in this process only after another one has opened a database of its own and lived. */
async function databaseRows(context: Context): Promise<DoctorRow[]> {
  const probed = await probeSqlite();
  const row = { name: 'sqlite', kind: 'system' } as const;
  if (!probed.ok) return [{ ...row, available: false, detail: probed.message, howToGet: probed.nextStep }];
  const detail = `${probed.value.version} of ${probed.value.package}`;
  return [{ ...row, available: true, detail, howToGet: null }, databaseRow(context)];
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

/** The engine of connected layers needs only this Node. */
async function sparseRow(): Promise<DoctorRow> {
  const row = { name: 'sparse', kind: 'engine' } as const;
  const started = await createTrainer({ engine: 'sparse', threads: availableParallelism() });
  if (!started.ok) return { ...row, available: false, detail: started.message, howToGet: started.nextStep };
  const { device } = started.value.runsOn;
  await started.value.close();
  return { ...row, available: true, detail: device, howToGet: null };
}

function backendRow({ backend, available, device, reason, message, nextStep }: BackendReport): DoctorRow {
  const row = { name: backend, kind: 'backend', available, howToGet: nextStep } as const;
  if (!available) return { ...row, detail: message };
  return { ...row, detail: device ?? '', caveat: reason === null ? null : message };
}

async function doctor(options: DoctorOptions): Promise<void> {
  const context = makeContext(options);
  const [system, backends, sparse] = await Promise.all([systemRows(context), detectBackends(), sparseRow()]);
  const rows: DoctorRow[] = [...system, sparse, ...backends.map(backendRow)];
  const gpu = backends.find((report) => report.auto && report.gpu)?.backend ?? null;
  const chosen = gpu ?? backends.find((report) => report.auto)?.backend ?? null;
  const engine = gpu === null && sparse.available ? 'sparse' : 'tfjs';
  if (options.json) return printJson(context, { version, chosen, engine, rows, backends });
  context.print(doctorText(rows, context.text).trimEnd());
  const what = chosen === null ? 'nothing, see above' : `the engine ${engine} on ${chosen}`;
  context.say(`\nTraining without --engine and --backend uses: ${what}`);
}
