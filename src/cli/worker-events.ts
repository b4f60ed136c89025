import { cleanLines, safeJson } from '../base/clean-text.ts';
import { plural } from '../base/plural.ts';
import { roughDuration } from '../report/format.ts';
import type { Context } from './context.ts';
import type { Equipment } from './machine.ts';
import { writeLines } from './standard-error.ts';
import { streamData } from './standard-output.ts';

/** What happens to a worker, as `--json-lines` has it; text from the wire was cleaned there. */
export type WorkerEvent =
  | ({
      readonly kind: 'ready';
      readonly worker: string;
      readonly host: string;
      readonly pid: number;
      readonly queue: string;
      readonly version: string;
    } & Equipment)
  | {
      readonly kind: 'study-joined';
      readonly study: string;
      /** where it runs */
      readonly host: string;
      readonly work: 'training' | 'search';
    }
  | { readonly kind: 'study-refused'; readonly study: string; readonly host: string; readonly why: string }
  | { readonly kind: 'study-left'; readonly study: string }
  /** when jobs begin and end. `running`: of all studies now; `done`, `failed`, `returned`: since the worker began */
  | ({ readonly kind: 'jobs'; readonly running: number } & JobCounts)
  | { readonly kind: 'note'; readonly message: string }
  | { readonly kind: 'trouble'; readonly message: string }
  | { readonly kind: 'draining'; readonly jobs: number; readonly graceSeconds: number | null }
  | { readonly kind: 'giving-back'; readonly jobs: number };

export interface JobCounts {
  readonly done: number;
  readonly failed: number;
  readonly returned: number;
}

export type WorkerListener = (event: WorkerEvent) => void;

const listed = (names: readonly string[]) => (names.length === 0 ? 'none' : names.join(', '));

function readyLines(event: Extract<WorkerEvent, { kind: 'ready' }>): string[] {
  const { worker, host, pid, queue, version, engines, backends, device, threads, memoryBytes } = event;
  const memory = `${(memoryBytes / 1e9).toFixed(1)} GB`;
  return [
    `worker ${worker} on ${host} (process ${pid}, version ${version}) takes work of ${queue}`,
    `engines ${listed(engines)}; backends ${listed(backends)}; ${device}; ${plural(threads, 'thread')}, ${memory}`,
  ];
}

/** "3 done, 1 failed, 2 given back" */
export const countsText = ({ done, failed, returned }: JobCounts): string =>
  [
    `${done} done`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(returned === 0 ? [] : [`${returned} given back`]),
  ].join(', ');

function linesOf(event: WorkerEvent): string[] {
  switch (event.kind) {
    case 'ready':
      return readyLines(event);
    case 'study-joined':
      return [`joins ${event.study} of ${event.host} (${event.work})`];
    case 'study-refused':
      return [`warning: does not join ${event.study} of ${event.host}: ${event.why}`];
    case 'study-left':
      return [`leaves ${event.study}`];
    case 'jobs':
      return [`${plural(event.running, 'job')} running, ${countsText(event)}`];
    case 'note':
    case 'trouble':
      return [`warning: ${event.message}`];
    case 'draining': {
      if (event.jobs === 0) return ['leaving: nothing is begun'];
      const within = event.graceSeconds === null ? '' : ` within ${roughDuration(event.graceSeconds)}`;
      return [`finishing ${plural(event.jobs, 'job')}${within}; Ctrl-C again gives them back`];
    }
    case 'giving-back':
      return [`giving back ${plural(event.jobs, 'job')}; Ctrl-C again leaves at once`];
  }
}

/** Where jobs stand is written at most this often. */
const JOBS_EVERY_MS = 10_000;
const MOST_LINE = 4000;

const isWarning = ({ kind }: WorkerEvent) => kind === 'study-refused' || kind === 'note' || kind === 'trouble';

/** "2026-11-28T21:04:45Z": a worker lives for days, beside others. */
const stamp = () => `${new Date().toISOString().slice(0, 19)}Z`;

/** Plain lines on stderr, only warnings when quiet. */
function plainLines(context: Context): WorkerListener {
  let jobs: WorkerEvent | null = null;
  let resting: NodeJS.Timeout | null = null;
  const write = (event: WorkerEvent) => {
    for (const line of linesOf(event)) writeLines(`${stamp()} ${cleanLines(line, MOST_LINE)}\n`);
  };
  const writeJobs = () => {
    resting = null;
    if (jobs === null) return;
    write(jobs);
    jobs = null;
    resting = setTimeout(writeJobs, JOBS_EVERY_MS).unref();
  };
  return (event) => {
    if (context.quiet && !isWarning(event)) return;
    if (event.kind !== 'jobs') return write(event);
    jobs = event;
    if (resting === null) writeJobs();
  };
}

/** Lines for people, and with `--json-lines` one object a line on stdout. */
export function workerListener(context: Context): WorkerListener {
  if (context.run.jsonLines !== true) return plainLines(context);
  const output = streamData();
  return (event) => output.write(`${safeJson({ at: new Date().toISOString(), ...event })}\n`);
}
