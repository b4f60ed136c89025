import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { processExists } from '../base/process-exists.ts';

/**
 * The process that may write to a study. Whether it still lives must be known at once, so that the study of one that was killed
 * can be resumed. Its number alone does not say (process numbers are used again), nor does its host name (containers share them).
 */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** kernel boot and process-number space, in which `pid` and `started` mean something; null where the system does not say */
  readonly space: string | null;
  /** the process's start, in kernel ticks since boot; null where the system does not say */
  readonly started: string | null;
}

/** A sign of life older than this says that an owner is gone, where its process cannot be looked at. */
export const OWNER_LAPSES_AFTER_MS = 60_000;
/** How far the clock of another machine may be ahead. */
const MOST_CLOCK_ERROR_MS = 24 * 3_600_000;

function readOrNull(read: () => string): string | null {
  try {
    return read().trim();
  } catch {
    return null;
  }
}

/** State letter and start tick from /proc/PID/stat; the command name, in brackets, may hold anything. */
function processStat(pid: number): { readonly state: string; readonly started: string } | null {
  const stat = readOrNull(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0], started: fields[19] };
}

function processSpace(): string | null {
  const boot = readOrNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'));
  const numbers = readOrNull(() => readlinkSync('/proc/self/ns/pid'));
  return boot === null || numbers === null ? null : `${boot} ${numbers}`;
}

let self: Owner | null = null;

export function thisProcess(): Owner {
  self ??= {
    pid: process.pid,
    host: hostname(),
    space: processSpace(),
    started: processStat(process.pid)?.started ?? null,
  };
  return self;
}

/**
 * Whether an owner still works. In our own process space that is looked up (a zombie, or another process under the same
 * number, is not it). Elsewhere it counts as alive until its last sign of life is `OWNER_LAPSES_AFTER_MS` old.
 */
export function ownerIsAlive(owner: Owner, seenMs: number, nowMs: number): boolean {
  const here = thisProcess();
  if (owner.space !== null && owner.space === here.space) {
    const stat = processStat(owner.pid);
    return stat !== null && stat.state !== 'Z' && stat.state !== 'X' && stat.started === owner.started;
  }
  const sameHostWithoutSpaces = owner.space === null && here.space === null && owner.host === here.host;
  if (sameHostWithoutSpaces && !processExists(owner.pid)) return false;
  // A time far in the future is damaged: it would keep everybody from the study for ever.
  return nowMs - seenMs < OWNER_LAPSES_AFTER_MS && seenMs - nowMs < MOST_CLOCK_ERROR_MS;
}
