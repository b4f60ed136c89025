import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { program, type Run, type RunOptions } from './program.ts';

/** A process of the program that is still running. */
export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves once stderr, or stdout, matches; rejects when the process ends before. */
  says(pattern: RegExp): Promise<void>;
  readonly ended: Promise<Run>;
}

/** Starts the program and does not wait for its end. */
export function startProgram(args: readonly string[], { cwd, env }: Pick<RunOptions, 'cwd' | 'env'>): Running {
  const { SCATTERSHOT_HOME: _, NODE_OPTIONS: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [program, ...args], {
    ...{ cwd, env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  });
  const said = { stdout: '', stderr: '' };
  const heard = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text) => {
      said[name] += text;
      for (const hear of heard) hear();
    });
  }
  const ended = new Promise<Run>((resolve) => child.on('close', (code, signal) => resolve({ code, signal, ...said })));
  const matches = (pattern: RegExp) => pattern.test(said.stderr) || pattern.test(said.stdout);
  const says = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!matches(pattern)) return;
        heard.delete(look);
        resolve();
      };
      heard.add(look);
      look();
      void ended.then(() => reject(new Error(`it ended without saying ${pattern}: ${said.stderr}`)));
    });
  return {
    ...{ child, pid: child.pid as number, ended, says },
    get stdout() {
      return said.stdout;
    },
    get stderr() {
      return said.stderr;
    },
  };
}

/** What any user of this machine may read of a process: its arguments and its name. */
export const shownOf = (pid: number): string =>
  ['cmdline', 'comm'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'utf8')).join('\n');

/** A run that went as it should. */
export function succeeded(run: Run): Run {
  expect({ code: run.code, stderr: run.code === 0 ? '' : run.stderr }).toEqual({ code: 0, stderr: '' });
  return run;
}
