import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median } from 'simple-statistics';
import { unwrap } from '../../src/base/failure.ts';
import { Random } from '../../src/base/random.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { presets } from '../../src/pattern/presets.ts';
import { runSearch } from '../../src/search/search.ts';
import { runStudy } from '../../src/study/run-study.ts';
import { searchRequest } from '../../src/study/search-phase.ts';
import { searchSettings } from '../../src/study/search-settings.ts';
import type { StudySettings } from '../../src/study/settings.ts';
import { table } from '../timing.ts';

const usage = `usage: npm run bench -- search scaling [--net NAME] [--islands 64] [--candidates N] [--seed N] [--json]
  measures a study on 1 and on 2 threads, and its steps and the main thread's work, and simulates more threads; build first
`;

/** Rounds that are left out: threads start in them. */
const WARM_UP = 2;
const SIMULATED_ROUNDS = 400;
const threadCounts = [1, 2, 4, 8, 16, 32, 64] as const;

interface Pace {
  readonly candidatesPerSecond: number;
  readonly rounds: number;
  /** work of the main thread in a round: numbering, ranking, writing to the store, messages */
  readonly serialMs: number;
}

/** A whole study with its store, after the warm-up. */
async function paceOf(settings: StudySettings, workers: number): Promise<Pace> {
  let [begun, evaluated, rounds] = [0, 0, 0];
  let [last, lastEvaluated] = [0, 0];
  let load = performance.eventLoopUtilization();
  await runStudy(settings, {
    workers,
    onEvent: (event) => {
      if (event.kind !== 'search-progress') return;
      rounds = event.progress.round;
      if (rounds === WARM_UP) {
        begun = performance.now();
        evaluated = event.progress.evaluated;
        load = performance.eventLoopUtilization();
      }
      last = performance.now();
      lastEvaluated = event.progress.evaluated;
    },
  });
  const { active } = performance.eventLoopUtilization(load);
  const seconds = (last - begun) / 1000;
  return { candidatesPerSecond: (lastEvaluated - evaluated) / seconds, rounds, serialMs: active / (rounds - WARM_UP) };
}

/** Milliseconds of every step, by round and island, on one thread. */
async function stepTimes(settings: StudySettings): Promise<number[][]> {
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-'));
  const file = join(folder, 'steps');
  process.env.SCATTERSHOT_STEP_TIMES = file;
  try {
    const request = searchRequest(settings, 1);
    const workerFile = new URL('./timed-worker.mjs', import.meta.url);
    for await (const _ of runSearch(request, new AbortController().signal, { workerFile }));
    const times: number[][] = [];
    for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
      const [round, island, ms] = line.split(' ').map(Number);
      times[round] ??= [];
      times[round][island] = ms;
    }
    return times.slice(WARM_UP + 1).map((round) => round.filter((ms) => ms !== undefined));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** When a round's steps are done on so many threads: each free thread takes the next island. */
function makespan(steps: readonly number[], threads: number): number {
  const free = new Array<number>(threads).fill(0);
  for (const ms of steps) {
    const thread = free.indexOf(Math.min(...free));
    free[thread] += ms;
  }
  return Math.max(...free);
}

/** Mean milliseconds of a round: its steps, then the work of the main thread, while which no step goes on. */
function simulatedRound(
  rounds: readonly (readonly number[])[],
  serialMs: number,
  threads: number,
  seed: number,
): number {
  const random = Random.fromSeed(seed);
  let sum = 0;
  for (let n = 0; n < SIMULATED_ROUNDS; n++) sum += makespan(rounds[random.below(rounds.length)], threads) + serialMs;
  return sum / SIMULATED_ROUNDS;
}

/** How a search gains from threads: measured on 1 and 2, simulated on up to 64 from the measured steps. */
export async function scaling(parameters: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      net: { type: 'string', default: 'morse' },
      islands: { type: 'string', default: '64' },
      candidates: { type: 'string', default: '1500' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const [islands, candidates, seed] = [values.islands, values.candidates, values.seed].map(Number);
  const architecture = defineArchitecture(presets[values.net as keyof typeof presets]);
  const budget = { kind: 'candidates', candidates } as const;
  const settings = unwrap(await searchSettings(architecture, { islands, budget, seed }));
  const measured = [await paceOf(settings, 1), await paceOf(settings, 2)];
  const rounds = await stepTimes(settings);
  const serialMs = Math.min(...measured.map((pace) => pace.serialMs));
  const base = simulatedRound(rounds, serialMs, 1, seed);
  const simulated = threadCounts.map((threads) => {
    const ms = simulatedRound(rounds, serialMs, threads, seed);
    return { threads, ms, speedUp: base / ms, serialShare: serialMs / ms };
  });
  const steps = rounds.flat();
  const slowest = rounds.map((round) => Math.max(...round));
  const result = {
    ...{ machine: cpus()[0].model, net: values.net, islands, candidates, seed, measured, serialMs },
    ...{
      stepMs: median(steps),
      slowestStepMs: median(slowest),
      roundStepsMs: median(rounds.map((round) => round.reduce((a, b) => a + b, 0))),
    },
    simulated,
  };
  if (values.json) {
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const number = (value: number) => String(Number(value.toPrecision(3)));
  process.stdout.write(
    `${result.machine}, ${values.net}, ${islands} islands, seed ${seed}: a step takes ${number(result.stepMs)} ms (median), the slowest of a round ${number(result.slowestStepMs)}, the main thread ${number(serialMs)} ms a round\n`,
  );
  process.stdout.write(
    table([
      ['threads', 'measured candidates/s', 'ms a round', 'speed-up', 'main thread'],
      ...simulated.map(({ threads, ms, speedUp, serialShare }, index) => [
        String(threads),
        measured[index] === undefined || threads > 2 ? '–' : number(measured[index].candidatesPerSecond),
        number(ms),
        number(speedUp),
        `${(100 * serialShare).toFixed(0)} %`,
      ]),
    ]),
  );
}
