import { MISSING, paragraph, shortNumber, type TextOptions } from './format.ts';
import { type Column, tableLines } from './table.ts';

/** A worker as it told of itself; text from the wire, cleaned. */
export interface WorkerRow {
  readonly worker: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly engines: readonly string[];
  readonly backends: readonly string[];
  readonly device: string;
  readonly threads: number;
  readonly memoryBytes: number;
  /** names of those that it works for */
  readonly studies: readonly string[];
  /** that it does now */
  readonly jobs: number;
  /** since it began */
  readonly done: number;
  /** of all its trainings; null where it does not train, or does not tell */
  readonly samplesPerSecond: number | null;
  /** it takes no more, and leaves */
  readonly draining: boolean;
  readonly seenSecondsAgo: number;
}

/** A study that offers work. */
export interface OfferingStudy {
  readonly study: string;
  /** where it runs */
  readonly host: string;
  readonly work: 'training' | 'search';
  readonly version: string;
}

/** `workers --json`: who works, and for whom, by what the queue has heard within half a minute. */
export interface QueueBoard {
  /** without its password */
  readonly queue: string;
  readonly workers: readonly WorkerRow[];
  readonly studies: readonly OfferingStudy[];
}

const stateOf = ({ draining, jobs }: WorkerRow) => (draining ? 'draining' : jobs > 0 ? 'working' : 'idle');

const left = { align: 'left' } as const;
const right = { align: 'right' } as const;

const workerColumns: readonly Column<WorkerRow>[] = [
  { ...left, title: 'host', priority: 0, least: 8, text: ({ host }) => host },
  { ...left, title: 'state', priority: 1, text: stateOf },
  { ...right, title: 'jobs', priority: 0, text: ({ jobs }) => String(jobs) },
  { ...right, title: 'done', priority: 1, text: ({ done }) => String(done) },
  { ...right, title: 'samples/s', priority: 3, text: ({ samplesPerSecond }) => shortNumber(samplesPerSecond) },
  { ...left, title: 'studies', priority: 2, least: 8, text: ({ studies }) => studies.join(', ') || MISSING },
  { ...left, title: 'device', priority: 2, least: 12, text: ({ device }) => device },
  { ...right, title: 'threads', priority: 4, text: ({ threads }) => String(threads) },
  { ...right, title: 'memory', priority: 5, text: ({ memoryBytes }) => `${(memoryBytes / 1e9).toFixed(1)} GB` },
  { ...left, title: 'engines', priority: 6, text: ({ engines }) => engines.join(', ') || MISSING },
  { ...left, title: 'backends', priority: 7, text: ({ backends }) => backends.join(', ') || MISSING },
  { ...left, title: 'version', priority: 4, text: ({ version }) => version },
  { ...right, title: 'process', priority: 7, text: ({ pid }) => String(pid) },
  { ...right, title: 'seen', priority: 5, text: ({ seenSecondsAgo }) => `${seenSecondsAgo} s ago` },
];

const studyText = ({ study, host, work, version }: OfferingStudy) =>
  `${study} of ${host} (${work}, version ${version})`;

/** A table that fits `options.width`, a line a worker; then which studies offer work. */
export function boardText({ queue, workers, studies }: QueueBoard, options: TextOptions): string {
  const lines =
    workers.length === 0
      ? paragraph(`Nobody takes work of ${queue}. Start a worker with: scattershot worker --queue ${queue}`, options)
      : [...tableLines(workerColumns, workers, options)];
  const offering = studies.map(studyText).join('; ');
  lines.push(
    '',
    ...paragraph(studies.length === 0 ? 'No study offers work.' : `Work is offered by ${offering}.`, options),
  );
  return `${lines.join('\n')}\n`;
}
