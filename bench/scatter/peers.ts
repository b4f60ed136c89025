import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failure, type Outcome, success } from '../../src/base/failure.ts';
import type { Entry } from '../../src/pattern/entries.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import { cheaperEntry, isIdentity, pairsKey } from '../../src/scatter/pairs.ts';

export type PeerName = 'numpy' | 'scipySparse' | 'scipyDense';

export interface PeerJob {
  readonly name: string;
  readonly pattern: Pattern;
  readonly entries: readonly Entry[];
  readonly peers: readonly PeerName[];
  readonly budgetMs: number;
}

export interface PeerResult {
  readonly name: string;
  readonly peers: Readonly<
    Partial<Record<PeerName, { readonly vector: readonly number[]; readonly times: readonly number[] }>>
  >;
}

export interface PeerReport {
  readonly versions: { readonly numpy: string; readonly scipy: string };
  readonly results: readonly PeerResult[];
}

function writeEntry(folder: string, stem: string, pattern: Pattern, original: Entry, index: number) {
  const entry = cheaperEntry(pattern, original);
  const { from, to, direction, averaged, windows, vacuous } = entry;
  const computation = pairsKey(entry) ?? `entry ${index}`;
  if (isIdentity(windows) || vacuous) return { from, to, direction, averaged, vacuous, computation, windows: null };
  const [starts, members] = [`${stem}-starts.bin`, `${stem}-members.bin`];
  writeFileSync(join(folder, starts), windows.starts);
  writeFileSync(join(folder, members), windows.members);
  return { from, to, direction, averaged, vacuous, computation, windows: { starts, members, count: windows.count } };
}

function writeJobs(folder: string, jobs: readonly PeerJob[]): void {
  const nets = jobs.map(({ name, pattern, entries, peers, budgetMs }, net) => {
    const junctions = pattern.junctions.map((sources, i) => {
      writeFileSync(join(folder, `${net}-${i}.bin`), sources);
      return `${net}-${i}.bin`;
    });
    const written = entries.map((entry, i) => writeEntry(folder, `${net}-entry${i}`, pattern, entry, i));
    return { name, layers: pattern.layers, junctions, entries: written, peers, budgetMs };
  });
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ nets }));
}

/** Runs numpy and scipy on the same patterns. PYTHON names the interpreter, else Debian's. */
export function runPeers(jobs: readonly PeerJob[]): Outcome<PeerReport> {
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-bench-'));
  try {
    writeJobs(folder, jobs);
    const { PYTHON: python = '/usr/bin/python3' } = process.env;
    const script = fileURLToPath(new URL('./peers.py', import.meta.url));
    const { status, stdout, stderr, error } = spawnSync(python, [script, folder], { maxBuffer: 2 ** 28 });
    if (status === 0) return success(JSON.parse(stdout.toString()) as PeerReport);
    const reason = error?.message ?? stderr.toString().trim().split('\n').at(-1) ?? 'no message';
    return failure(
      'no-peers',
      `numpy and scipy could not be run by ${python}: ${reason}`,
      'Install python3-numpy and python3-scipy, or name another interpreter in PYTHON.',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
