import { execFile } from 'node:child_process';
import { totalmem } from 'node:os';
import type { StartedBackend } from '../pool/messages.ts';

const MEBIBYTE = 2 ** 20;
const GIBIBYTE = 2 ** 30;

/** Taken where nobody can say how much there is: what a graphics card of the last ten years has. */
const ASSUMED_BYTES = 4 * GIBIBYTE;

/**
 * Free memory of the smallest NVIDIA GPU, from what `nvidia-smi --query-gpu=memory.free --format=csv,noheader,nounits` prints: one
 * number of MiB a line. Null for anything else.
 */
export function parseFreeMemory(printed: string): number | null {
  const lines = printed.trim().split('\n');
  const free = lines.map((line) => (/^\s*\d+\s*$/.test(line) ? Number(line) * MEBIBYTE : Number.NaN));
  const least = Math.min(...free);
  return Number.isFinite(least) && least > 0 ? least : null;
}

/** Free memory of the NVIDIA GPU, or null where there is none to ask. Neither WebGPU nor TF.js can tell. */
export function freeGpuMemory(program = 'nvidia-smi'): Promise<number | null> {
  const parameters = ['--query-gpu=memory.free', '--format=csv,noheader,nounits'];
  return new Promise((resolve) => {
    execFile(program, parameters, { timeout: 10_000 }, (error, stdout) =>
      resolve(error === null ? parseFreeMemory(stdout) : null),
    );
  });
}

/**
 * Memory that trainings may count on: a GPU's free memory where it is known; else 4 GiB, or half of this machine's if that is less,
 * since a GPU without memory of its own shares it. A device of software gets an eighth of this machine's memory.
 */
export function usableMemory({ gpu }: Pick<StartedBackend, 'gpu'>, free: number | null, total = totalmem()): number {
  if (!gpu) return Math.min(ASSUMED_BYTES, total / 8);
  return free ?? Math.min(ASSUMED_BYTES, total / 2);
}
