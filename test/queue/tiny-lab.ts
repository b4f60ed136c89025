import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectQueue } from '../../src/queue/bullmq-transport.ts';
import { realClock } from '../../src/queue/clock.ts';
import { Dispatcher } from '../../src/queue/dispatcher.ts';
import type { QueuedJob } from '../../src/queue/transport.ts';

const workerFile = fileURLToPath(new URL('tiny-worker.ts', import.meta.url));
const notice = { token: 'tiny', name: 'sums', host: 'here', kind: 'training', version: '1', needs: null } as const;

/** Worker processes, each of which can be killed and stopped; whoever is killed is replaced. */
export class TinyWorkers {
  readonly #url: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'scattershot-tiny-'));
  /** words before the program, as to run it elsewhere */
  readonly #before: readonly string[];
  #children: ChildProcess[] = [];
  #blocked = () => {};
  /** resolves when one blocks its event loop */
  readonly blocked = new Promise<void>((resolve) => {
    this.#blocked = resolve;
  });

  constructor(url: string, count: number, before: readonly string[] = []) {
    this.#url = url;
    this.#before = before;
    for (let number = 0; number < count; number += 1) this.#start();
  }

  #start(): void {
    const words = [...this.#before, process.execPath, '--import', 'tsx', workerFile];
    const [program, ...rest] = [...words, this.#url, join(this.#folder, 'blocked')];
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.on('data', (text) => {
      if (String(text).includes('blocked')) this.#blocked();
    });
    this.#children.push(child);
  }

  /** Kills the longest there, and starts another. */
  kill(): void {
    this.#children.shift()?.kill('SIGKILL');
    this.#start();
  }

  /** Stops the youngest for so long, as a machine that sleeps. */
  async halt(ms: number): Promise<void> {
    const child = this.#children.at(-1);
    child?.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, ms));
    child?.kill('SIGCONT');
  }

  async end(): Promise<void> {
    const gone = this.#children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of this.#children) child.kill('SIGKILL');
    await Promise.all(gone);
    rmSync(this.#folder, { recursive: true });
  }
}

/** What became of a study's sums. */
export interface Tally {
  /** how often each was counted */
  readonly counted: ReadonlyMap<string, number>;
  readonly wrong: readonly string[];
  /** begun by somebody, and returned since that was not heard of any more, or given back */
  readonly begun: number;
  readonly returned: number;
}

/** Does sums, with faults that come once so many have been counted. */
export async function doSums(
  url: string,
  numbers: readonly { readonly number: number; readonly blockMs?: number }[],
  faults: Readonly<Record<number, () => Promise<void> | void>>,
): Promise<Tally> {
  const transport = await connectQueue(url);
  const dispatcher = new Dispatcher(transport, realClock, notice);
  const counted = new Map<string, number>();
  const wrong: string[] = [];
  const seen = { begun: 0, returned: 0 };
  const under: Promise<void>[] = [];
  const jobs: QueuedJob[] = numbers.map((sum) => ({ id: `sum-${sum.number}`, payload: JSON.stringify(sum) }));
  await dispatcher.run(jobs, {
    ended: async (job, end) => {
      counted.set(job, (counted.get(job) ?? 0) + 1);
      const value = 'body' in end ? end.body : end.failure.message;
      if (value !== 7 * Number(job.slice('sum-'.length)) + 1) wrong.push(`${job}: ${value}`);
      const fault = faults[counted.size];
      if (fault !== undefined) under.push(Promise.resolve(fault()));
      return 'kept';
    },
    begun: () => {
      seen.begun += 1;
    },
    returned: () => {
      seen.returned += 1;
    },
  });
  await Promise.all(under);
  await dispatcher.close();
  await transport.close();
  return { counted, wrong, ...seen };
}
