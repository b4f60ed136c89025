export interface Timing {
  readonly medianMs: number;
  /** quartiles */
  readonly lowMs: number;
  readonly highMs: number;
  readonly runs: number;
}

export interface TimingOptions {
  /** runs that are not counted; default 3 */
  readonly warmUps?: number;
  /** counted runs go on until this much time has passed, at least `leastRuns` of them; default 500 */
  readonly budgetMs?: number;
  readonly leastRuns?: number;
}

export function summarize(times: readonly number[]): Timing {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return { medianMs: at(0.5), lowMs: at(0.25), highMs: at(0.75), runs: sorted.length };
}

/** Median and quartiles of a function's wall-clock time. */
export function measure(work: () => unknown, options: TimingOptions = {}): Timing {
  const { warmUps = 3, budgetMs = 500, leastRuns = 5 } = options;
  for (let i = 0; i < warmUps; i++) work();
  const times: number[] = [];
  const start = performance.now();
  while (times.length < leastRuns || performance.now() - start < budgetMs) {
    const before = performance.now();
    work();
    times.push(performance.now() - before);
  }
  return summarize(times);
}

/** This process's own time on a processor, in milliseconds: what else the machine does is not in it. */
export function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** 0.0712, 3.46, 128 */
export const milliseconds = (ms: number) => (ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3));

/** Lines of columns, the first aligned left, the others right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}
