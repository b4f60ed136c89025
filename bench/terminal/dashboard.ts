import { fileURLToPath } from 'node:url';
import { DrivenTerminal } from './driven-terminal.ts';

const child = fileURLToPath(new URL('dashboard-child.ts', import.meta.url));

export interface DashboardFigures {
  readonly columns: number;
  readonly rows: number;
  /** of a core, 0 to 1: the whole process, which does nothing except hear ten events a second and show them */
  readonly cpuShare: number;
  readonly bytesPerSecond: number;
  readonly updatesPerSecond: number;
}

/** What a dashboard at ten updates a second costs, after its start. */
export async function measureDashboard(columns: number, rows: number, seconds: number): Promise<DashboardFigures> {
  const command = [process.execPath, '--import', 'tsx', child, String(seconds)];
  const terminal = new DrivenTerminal(command, { NODE_ENV: 'production' }, columns, rows);
  const end = /\{"seconds":[^}]*\}/;
  if ((await terminal.shows(end, 1000 * (seconds + 60))) === null)
    throw new Error('the dashboard did not come to its end');
  const told = JSON.parse(end.exec(terminal.output)?.[0] ?? '');
  await terminal.close();
  return {
    ...{ columns, rows, cpuShare: told.cpuShare, updatesPerSecond: told.updates / told.seconds },
    // Those of the start and of the end too, which are few.
    bytesPerSecond: Buffer.byteLength(terminal.output) / told.seconds,
  };
}
