import { success } from '../../src/base/failure.ts';
import { Random } from '../../src/base/random.ts';
import type { DispatchEnd, DispatchListener } from '../../src/queue/assignment.ts';
import { Dispatcher } from '../../src/queue/dispatcher.ts';
import type { Executor, SessionJob } from '../../src/queue/executor.ts';
import { Worker } from '../../src/queue/worker.ts';
import { FalseClock } from './false-clock.ts';
import { SimulatedProcess, SimulatedServer } from './simulated-transport.ts';

export const JOBS = ['a', 'b', 'c', 'd'].map((id) => ({ id, payload: JSON.stringify({ id }) }));

export type RunJobs = (jobs: readonly SessionJob[], process: SimulatedProcess) => Promise<readonly unknown[]>;

export const TEN_SECONDS: RunJobs = async (jobs, process) => {
  await process.sleep(10_000, jobs[0].signal);
  return jobs.map(({ id }) => `result ${id}`);
};

/** A study and its queue on a false clock, without faults; more studies and workers as they are started. */
export function lab() {
  const clock = new FalseClock();
  const server = new SimulatedServer(clock, Random.fromSeed(1), { lose: 0, double: 0, delay: 0 });
  const process = () => new SimulatedProcess(server, Number.POSITIVE_INFINITY, () => {});
  const startStudy = (token: string) => {
    const own = process();
    const notice = { token, name: 'a study', host: 'laptop', kind: 'training' as const, version: '1', needs: null };
    return { dispatcher: new Dispatcher(own, own, notice, () => clock.now()), process: own };
  };
  const { dispatcher, process: study } = startStudy('s1');
  let workers = 0;
  const startWorker = (run: RunJobs, atOnce = 1, open: Partial<Executor> = {}) => {
    const own = process();
    const executor: Executor = {
      open: async () => success({ atOnce, together: atOnce > 1, run: (jobs) => run(jobs, own), close: async () => {} }),
      ...open,
    };
    workers += 1;
    const card = {
      id: `w${workers}`,
      host: `lab-${workers}`,
      pid: 1,
      version: '1',
      threads: 1,
      memoryBytes: 1,
      device: 'cpu',
      offers: 0,
    };
    const [drain, stop] = [new AbortController(), new AbortController()];
    const signals = { drain: drain.signal, stop: stop.signal, wallMs: () => clock.now() };
    const ended = new Worker(own, own, executor, card, signals).run();
    return { drain, stop, ended, process: own };
  };
  return { clock, server, study, dispatcher, startStudy, startWorker };
}

/** Runs the jobs; `over` once `run` has resolved. */
export function watch(dispatcher: Dispatcher, more: Partial<DispatchListener> = {}, signal?: AbortSignal) {
  const seen = { over: false, ends: [] as [string, DispatchEnd][] };
  const ended: DispatchListener['ended'] = async (job, end) => {
    seen.ends.push([job, end]);
    return 'kept';
  };
  void dispatcher.run(JOBS, { ended, ...more }, signal).then(() => {
    seen.over = true;
  });
  return seen;
}
