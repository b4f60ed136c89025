import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startWeights } from '../../src/training/weights.ts';
import type { TrainingCase } from './nets.ts';

/** The cases as files that numpy reads, in a folder of their own until `remove`. */
export class CaseFiles {
  readonly #root = mkdtempSync(join(tmpdir(), 'scattershot-bench-'));

  write({ name, pattern, dataset }: TrainingCase): void {
    const folder = this.folderOf(name);
    mkdirSync(folder);
    for (const [i, { weights }] of startWeights(pattern, 1, { biasStart: 0.1 }).entries()) {
      writeFileSync(join(folder, `sources-${i}.bin`), pattern.junctions[i]);
      writeFileSync(join(folder, `weights-${i}.bin`), weights);
    }
    writeFileSync(join(folder, 'inputs.bin'), dataset.train.inputs);
    writeFileSync(join(folder, 'labels.bin'), dataset.train.labels);
  }

  folderOf(name: string): string {
    return join(this.#root, name);
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** Set for our kernels on some machines, they slow down a peer's. */
const notForPeers = ['OPENBLAS_CORETYPE', 'OPENBLAS_L2_SIZE'];

export interface StartedTorch {
  readonly torch: Torch;
  readonly version: string;
  /** ways to write the same network */
  readonly forms: readonly string[];
}

/** A Python process with PyTorch that stays, so that it can take turns. PYTHON names the interpreter, else Debian's. */
export class Torch {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;
  /** rejects when Python is gone */
  readonly #ended: Promise<never>;
  #complaint = '';

  private constructor(threads: number) {
    const { PYTHON: python = '/usr/bin/python3' } = process.env;
    const script = fileURLToPath(new URL('./peers.py', import.meta.url));
    const count = String(threads);
    const rest = Object.fromEntries(Object.entries(process.env).filter(([name]) => !notForPeers.includes(name)));
    const env = { ...rest, OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count };
    this.#child = spawn(python, [script], { env });
    this.#child.stderr.on('data', (text) => {
      this.#complaint = String(text).trim().split('\n').at(-1) ?? '';
    });
    this.#child.stdin.on('error', () => {});
    this.#ended = new Promise((_, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', () => reject(new Error(this.#complaint || 'Python ended without a word')));
    });
    this.#ended.catch(() => {});
    this.#lines = createInterface(this.#child.stdout);
  }

  /** @returns null, with the reason on stderr, where there is no PyTorch */
  static async start(threads: number): Promise<StartedTorch | null> {
    const torch = new Torch(threads);
    try {
      return { torch, ...(await torch.ask<Omit<StartedTorch, 'torch'>>({ do: 'version' })) };
    } catch (error) {
      process.stderr.write(`PyTorch is left out: ${(error as Error).message}\n`);
      return null;
    }
  }

  /** @throws Error with what Python said last when it ends instead of answering */
  async ask<T>(request: object): Promise<T> {
    const answered = once(this.#lines, 'line');
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const [line] = (await Promise.race([answered, this.#ended])) as [string];
    return JSON.parse(line) as T;
  }

  close(): void {
    this.#child.stdin.end();
  }
}
