import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failure, type Outcome, success } from '../../src/base/failure.ts';
import type { Entry } from '../../src/pattern/entries.ts';
import { makePattern, type Pattern } from '../../src/pattern/pattern.ts';
import type { NamedProblem } from './problems.ts';

/** Seconds and S, each time S rose. */
export type Rises = readonly (readonly [seconds: number, scatter: number])[];

export interface PeerFind {
  readonly pattern: Pattern;
  readonly rises: Rises;
  /** patterns scored, or swaps */
  readonly evaluated: number;
}

/** Only annealing keeps to constraints: the others make patterns of which one in billions would. */
const peersFor = ({ problem }: NamedProblem) =>
  problem.constraints === undefined ? ['numpy annealing', 'optuna TPE', 'scipy dual_annealing'] : ['numpy annealing'];

interface Options {
  readonly seconds: number;
  readonly seed: number;
}

function writeEntry(folder: string, stem: string, { from, to, direction, averaged, vacuous, windows, rate }: Entry) {
  writeFileSync(join(folder, `${stem}-starts`), windows.starts);
  writeFileSync(join(folder, `${stem}-members`), windows.members);
  return {
    ...{ from, to, direction, averaged, vacuous, count: windows.count, rate: rate.numerator / rate.denominator },
    ...{ starts: `${stem}-starts`, members: `${stem}-members` },
  };
}

function writeProblem(folder: string, named: NamedProblem, start: Pattern, number: number) {
  const { architecture, entries, metric, constraints } = named.problem;
  return {
    ...{ name: named.name, layers: architecture.layers, fanOuts: architecture.fanOuts, metric },
    parallelism: constraints?.parallelism ?? null,
    peers: peersFor(named),
    entries: entries.map((entry, index) => writeEntry(folder, `${number}-${index}`, entry)),
    start: start.junctions.map((sources, index) => {
      writeFileSync(join(folder, `start-${number}-${index}`), sources);
      return `start-${number}-${index}`;
    }),
  };
}

interface Written {
  readonly rises: Rises;
  readonly evaluated: number;
  readonly junctions: readonly string[];
}

function readFind(folder: string, { problem }: NamedProblem, { rises, evaluated, junctions }: Written): PeerFind {
  const lists = junctions.map((name) => {
    const bytes = readFileSync(join(folder, name));
    return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  });
  return { pattern: makePattern(problem.architecture, lists), rises, evaluated };
}

/**
 * Runs the general optimisers of peers.py on a problem, one after the other, one thread each. PYTHON names the interpreter, else
 * Debian's. @param start a pattern that annealing may begin from
 */
export function runPeers(named: NamedProblem, start: Pattern, options: Options): Outcome<Map<string, PeerFind>> {
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-bench-'));
  try {
    writeFileSync(
      join(folder, 'manifest.json'),
      JSON.stringify({ ...options, problems: [writeProblem(folder, named, start, 0)] }),
    );
    const { PYTHON: python = '/usr/bin/python3' } = process.env;
    const script = fileURLToPath(new URL('./peers.py', import.meta.url));
    const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
    const { status, stdout, stderr, error } = spawnSync(python, [script, folder], { env, maxBuffer: 2 ** 28 });
    if (status !== 0) {
      const reason = error?.message ?? stderr.toString().trim().split('\n').at(-1) ?? 'no message';
      return failure(
        'no-peers',
        `the peers could not be run by ${python}: ${reason}`,
        'Install python3-numpy, python3-scipy and python3-optuna, or name another interpreter in PYTHON.',
      );
    }
    const { results } = JSON.parse(stdout.toString()) as { results: Record<string, Written | null>[] };
    const finds = Object.entries(results[0]).flatMap(([name, written]): [string, PeerFind][] =>
      written === null ? [] : [[name, readFind(folder, named, written)]],
    );
    return success(new Map(finds));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
