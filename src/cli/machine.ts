import { totalmem } from 'node:os';
import { type BackendReport, createTrainer, detectBackends } from '../training/engines.ts';

/** The backend on a GPU that `--backend auto` takes; null where there is none. */
export const gpuOf = (backends: readonly BackendReport[]): BackendReport | null =>
  backends.find((report) => report.auto && report.gpu) ?? null;

/** What a worker says that it has. */
export interface Equipment {
  readonly engines: readonly string[];
  readonly backends: readonly string[];
  /** the GPU, or what the sparse engine runs on */
  readonly device: string;
  readonly threads: number;
  /** of the machine, or of the container or job that this process is confined to */
  readonly memoryBytes: number;
}

/** Tries every engine and backend, as `doctor` does; takes a second or two. @param hasTrainer a trainer of the user's own was named */
export async function lookAtMachine(threads: number, hasTrainer: boolean): Promise<Equipment> {
  const [backends, sparse] = await Promise.all([detectBackends(), createTrainer({ engine: 'sparse', threads })]);
  const available = backends.filter((report) => report.available);
  const device = gpuOf(backends)?.device ?? (sparse.ok ? sparse.value.runsOn.device : available[0]?.device);
  if (sparse.ok) await sparse.value.close();
  return {
    engines: [
      ...(sparse.ok ? ['sparse'] : []),
      ...(available.length > 0 ? ['tfjs'] : []),
      ...(hasTrainer ? ['command'] : []),
    ],
    backends: available.map(({ backend }) => backend),
    device: device ?? 'none that trains',
    threads,
    memoryBytes: Math.min(totalmem(), process.constrainedMemory?.() || Number.POSITIVE_INFINITY),
  };
}
