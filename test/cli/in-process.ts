import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { unwrap } from '../../src/base/failure.ts';
import { reportError } from '../../src/cli/errors.ts';
import { heldWarnings, releaseWarnings } from '../../src/cli/held-warnings.ts';
import { asksForJson, createProgram } from '../../src/cli/program.ts';
import type { NumberedCandidate } from '../../src/search/candidate.ts';
import { openStore } from '../../src/store/index.ts';
import { madeBy, newStudy } from '../store/sample-rows.ts';

export interface InProcessRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command without a process of its own, some hundred times as fast; for commands that start no threads. */
export async function runInProcess(args: readonly string[], home: string): Promise<InProcessRun> {
  const written = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const originals = { stdout: process.stdout.write, stderr: process.stderr.write };
  const { SCATTERSHOT_HOME: before } = process.env;
  process.env.SCATTERSHOT_HOME = home;
  process.exitCode = 0;
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = ((data: string | Uint8Array) => written[name].push(Buffer.from(data)) > 0) as never;
  }
  let code = 0;
  try {
    const json = asksForJson(args);
    const { program, current } = await createProgram(args);
    try {
      await program.parseAsync(['node', 'scattershot', ...args]);
      code = Number(process.exitCode);
    } catch (error) {
      code = reportError(error, current(), json);
    }
    releaseWarnings();
  } finally {
    process.stdout.write = originals.stdout;
    process.stderr.write = originals.stderr;
    heldWarnings.length = 0;
    process.exitCode = 0;
    if (before === undefined) delete process.env.SCATTERSHOT_HOME;
    else process.env.SCATTERSHOT_HOME = before;
  }
  const text = (name: 'stdout' | 'stderr') => Buffer.concat(written[name]).toString();
  return { code, stdout: text('stdout'), stderr: text('stderr') };
}

/** The database of a home, with one study of these candidates. @returns its path */
export function makeDatabase(home: string, added: readonly NumberedCandidate[], name = 'tiny'): string {
  mkdirSync(join(home, 'cache'), { recursive: true });
  const path = join(home, 'cache', 'scattershot.db');
  const store = unwrap(openStore(path, { mode: 'write', madeBy }));
  const study = unwrap(store.createStudy({ ...newStudy, name }));
  store.recordRound(study.id, { added, evaluated: added.length, seconds: 1, checkpoint: null });
  store.finishStudy(study.id, { status: 'finished' });
  store.close();
  return path;
}
