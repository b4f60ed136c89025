import { availableParallelism, cpus } from 'node:os';
import { version } from '../../base/version.ts';
import { type DoctorRow, doctorText } from '../../report/doctor.ts';
import { openStore } from '../../store/index.ts';
import { probeSqlite } from '../../store/probe.ts';
import { type BackendReport, createTrainer, detectBackends, detectKernels } from '../../training/engines.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';
import { gpuOf } from '../machine.ts';

interface DoctorOptions extends GlobalOptions {
  readonly json?: boolean;
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

/** Which kernels that engine runs: none but WebAssembly's is no fault, only slower. */
async function kernelRow(): Promise<DoctorRow> {
  const row = { name: 'native kernels', kind: 'system' } as const;
  const found = await detectKernels();
  if (!found.ok) return { ...row, available: false, detail: found.message, howToGet: found.nextStep };
  const { name, why } = found.value;
  if (name !== 'wasm') return { ...row, available: true, detail: `${name}: ${why}`, howToGet: null };
  const forced = process.env.SCATTERSHOT_KERNELS === 'wasm';
  const nextStep = forced
    ? 'Leave SCATTERSHOT_KERNELS out for the fastest that run here.'
    : 'With a C compiler: npm rebuild scattershot, or in a clone npm run build.';
  const howToGet = `The sparse engine runs in WebAssembly, with the same results and about half as fast. ${nextStep}`;
  return { ...row, available: false, detail: why, howToGet };
}

function backendRow({ backend, available, device, reason, message, nextStep }: BackendReport): DoctorRow {
  const row = { name: backend, kind: 'backend', available, howToGet: nextStep } as const;
  if (!available) return { ...row, detail: message };
  return { ...row, detail: device ?? '', caveat: reason === null ? null : message };
}

export async function doctorAction(options: DoctorOptions): Promise<void> {
  const context = makeContext(options);
  const [system, backends, sparse, kernels] = await Promise.all([
    systemRows(context),
    detectBackends(),
    sparseRow(),
    kernelRow(),
  ]);
  const rows: DoctorRow[] = [...system, sparse, kernels, ...backends.map(backendRow)];
  const gpu = gpuOf(backends)?.backend ?? null;
  const chosen = gpu ?? backends.find((report) => report.auto)?.backend ?? null;
  const engine = gpu === null && sparse.available ? 'sparse' : 'tfjs';
  if (options.json) return printJson(context, { version, chosen, engine, rows, backends });
  context.print(doctorText(rows, context.text).trimEnd());
  // The sparse engine runs on kernels of its own, whichever backend TF.js would take.
  const what = engine === 'sparse' ? sparse.detail : chosen;
  const used = what === null ? 'nothing, see above' : `the engine ${engine} on ${what}`;
  if (gpu === null) context.say('\nNo GPU is used here; what is missing for one stands above, and in docs/gpu.md.');
  context.say(`\nTraining without --engine and --backend uses: ${used}`);
}
