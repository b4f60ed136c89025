import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { ScattershotError } from '../../src/base/failure.ts';
import { Random } from '../../src/base/random.ts';
import { describeArchitecture } from '../../src/pattern/architecture.ts';
import { constraintFault } from '../../src/pattern/constraints/fault.ts';
import type { Pattern } from '../../src/pattern/pattern.ts';
import { requireProxy } from '../../src/proxies/index.ts';
import { OTHER_SCATTER } from '../../src/proxies/names.ts';
import { scoreBound } from '../../src/scatter/bound.ts';
import { scoreBoth } from '../../src/scatter/kernel.ts';
import type { NumberedCandidate } from '../../src/search/candidate.ts';
import { defaultSearchOrder } from '../../src/search/default-order.ts';
import type { IslandSpec } from '../../src/search/events.ts';
import { compareCandidates, type RankingFields } from '../../src/search/ranking.ts';
import { runSearch } from '../../src/search/search.ts';
import { defaultIslands } from '../../src/study/portfolio.ts';
import { constrainedPattern } from '../../strategies/constraints/constrained-problem.ts';
import { strategyNames } from '../../strategies/names.ts';
import { table } from '../timing.ts';
import { type Rises, runPeers } from './peers.ts';
import { type NamedProblem, problemsNamed } from './problems.ts';
import { scaling } from './scaling.ts';

const usage = `usage: npm run bench -- search [--seconds N] [--seed N] [--problems NAME,…] [--only NAME,…] [--no-peers] [--json]
       npm run bench -- search scaling: what threads bring
  --seconds N  for every method on every problem, on one thread, start-up counted (default 10); build first
  --only NAMES strategies, or "portfolio"
`;

interface Options {
  readonly seconds: number;
  readonly seed: number;
  readonly problems: readonly string[] | null;
  readonly only: readonly string[] | null;
  readonly peers: boolean;
  readonly json: boolean;
}

/** What one method found: its best pattern, and when it had which S. */
interface Find extends RankingFields {
  readonly method: string;
  readonly rises: Rises;
  readonly evaluated: number;
}

function optionsOf(parameters: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      seconds: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      problems: { type: 'string' },
      only: { type: 'string' },
      'no-peers': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    seconds: Number(values.seconds),
    seed: Number(values.seed),
    problems: values.problems?.split(',') ?? null,
    only: values.only?.split(',') ?? null,
    peers: !values['no-peers'],
    json: values.json,
  };
}

/** All that ranks a pattern, measured afresh, whoever made it. */
function ranked(method: string, { problem }: NamedProblem, pattern: Pattern, rises: Rises, evaluated: number): Find {
  const fault = constraintFault(pattern, problem.constraints ?? {});
  if (fault !== null) throw new Error(`${method} found a pattern that breaks a constraint: ${fault.message}`);
  const { score, other } = scoreBoth(pattern, problem.entries, problem.metric);
  const ties = Object.fromEntries(
    defaultSearchOrder
      .filter((name) => name !== OTHER_SCATTER)
      .map((name) => [name, requireProxy(name).compute(pattern, problem.architecture)]),
  );
  const scatters = { scatter: score.scatter, otherScatter: other?.scatter ?? null };
  return { method, number: 0, ...scatters, ties, rises, evaluated };
}

/** Threads as users have them: starting TypeScript would take a second or two of the few. */
const worker = new URL('../../dist/src/search/worker.js', import.meta.url);
const builtWorker = existsSync(worker) ? { workerFile: worker } : {};

/** A search of these islands on one thread. @returns null where every island refuses */
async function search(
  method: string,
  islands: readonly IslandSpec[],
  named: NamedProblem,
  { seconds, seed }: Options,
): Promise<Find | null> {
  const begun = performance.now();
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), seconds * 1000);
  const request = {
    ...{ problem: named.problem, islands, seed, keep: 1, order: defaultSearchOrder, workers: 1 },
    budget: { kind: 'time' as const, seconds },
  };
  let best: NumberedCandidate | null = null;
  const rises: [number, number][] = [];
  let evaluated = 0;
  const compare = compareCandidates(null);
  try {
    for await (const event of runSearch(request, controller.signal, builtWorker)) {
      if (event.kind !== 'round') continue;
      evaluated = event.progress.evaluated;
      for (const candidate of event.added) {
        if (best !== null && compare(candidate, best) >= 0) continue;
        const { scatter } = candidate;
        if (best === null || scatter > best.scatter) rises.push([(performance.now() - begun) / 1000, scatter]);
        best = candidate;
      }
    }
  } catch (error) {
    if (error instanceof ScattershotError && error.failure.reason === 'strategies-refused') return null;
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return best === null ? null : ranked(method, named, best.pattern, rises, evaluated);
}

const at = (rises: Rises, seconds: number) => rises.findLast(([when]) => when <= seconds)?.[1] ?? null;
const share = (value: number | null) => (value === null ? '–' : value.toFixed(4));

function problemTable({ problem }: NamedProblem, finds: readonly Find[], seconds: number): string {
  const times = [seconds / 10, seconds / 3, seconds];
  const head = ['method', ...times.map((time) => `S at ${Number(time.toPrecision(2))} s`), 'seconds to best'];
  const rows = finds.map(({ method, scatter, otherScatter, ties, rises, evaluated }) => [
    method,
    ...times.slice(0, -1).map((time) => share(at(rises, time))),
    share(scatter),
    (rises.at(-1)?.[0] ?? 0).toFixed(1),
    share(otherScatter),
    ...Object.values(ties).map((value) => (value === null ? '–' : String(Number(value.toPrecision(4))))),
    String(evaluated),
  ]);
  const names = ['other metric', ...Object.keys(finds[0]?.ties ?? {}), 'evaluated'];
  const bound = scoreBound(problem.entries, problem.architecture, problem.metric);
  return `bound ${share(bound)}\n${table([[...head, ...names], ...rows])}`;
}

async function compareOn(named: NamedProblem, options: Options): Promise<Find[]> {
  const wanted = (name: string) => options.only === null || options.only.includes(name);
  const methods: [string, readonly IslandSpec[]][] = [
    ['portfolio', defaultIslands(null)],
    ...strategyNames.map((strategy): [string, IslandSpec[]] => [strategy, [{ strategy }]]),
  ];
  const finds: Find[] = [];
  for (const [method, islands] of methods.filter(([name]) => wanted(name))) {
    const find = await search(method, islands, named, options);
    if (find !== null) finds.push(find);
  }
  if (options.peers) {
    const start = startPattern(named, options.seed);
    const peers = runPeers(named, start, options);
    if (!peers.ok) process.stderr.write(`${peers.message}. ${peers.nextStep}\n`);
    else {
      for (const [name, { pattern, rises, evaluated }] of peers.value) {
        finds.push(ranked(`${name} (peer)`, named, pattern, rises, evaluated));
      }
    }
  }
  return finds.sort(compareCandidates(null));
}

const startPattern = ({ problem }: NamedProblem, seed: number) => constrainedPattern(problem, Random.fromSeed(seed));

/** Every strategy, the default portfolio and general optimisers on the same problems for the same seconds, one thread each. */
export async function main(parameters: readonly string[]): Promise<void> {
  if (parameters[0] === 'scaling') return scaling(parameters.slice(1));
  if (parameters.includes('--help')) {
    process.stdout.write(usage);
    return;
  }
  const options = optionsOf(parameters);
  const results: object[] = [];
  process.stderr.write(
    `${cpus()[0].model}, Node ${process.version}, seed ${options.seed}, ${options.seconds} s each, one thread\n`,
  );
  for (const named of problemsNamed(options.problems)) {
    const finds = await compareOn(named, options);
    results.push({ problem: named.name, finds });
    const { architecture, metric } = named.problem;
    const title = `${named.name}: ${describeArchitecture(architecture)}, ${metric}`;
    if (!options.json) process.stdout.write(`\n${title}, ${problemTable(named, finds, options.seconds)}`);
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ ...options, results }, null, 2)}\n`);
}
