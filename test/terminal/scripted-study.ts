import { defineArchitecture } from '../../src/pattern/architecture.ts';
import type { ShownCandidate, StudyEvent } from '../../src/study/events.ts';
import type { StudySettings } from '../../src/study/settings.ts';

type EventBody = StudyEvent extends infer Each ? (Each extends StudyEvent ? Omit<Each, 'atMs'> : never) : never;

const entryKeys = [...['1:1 forward', '1:1 backward', '2:2 forward', '2:2 backward', '1:2 forward', '1:2 backward']];

const strategies = ['permutation-grid', 'anneal', 'uniform-random', 'local'];

/** A number in [0, 1) that looks random and is always the same for the same words. */
const noise = (...words: number[]) => {
  const wave = Math.sin(words.reduce((sum, word, index) => sum + word * (12.9898 + 65.233 * index), 1)) * 43758.5453;
  return wave - Math.floor(wave);
};

export function scriptedCandidate(number: number): ShownCandidate {
  const family = number % strategies.length;
  const scatter = [0.9, 0.8, 0.62, 0.2][family] + 0.08 * noise(number, 1);
  const vector = entryKeys.map((_, entry) =>
    entry === number % 6 ? scatter : Math.min(1, scatter + 0.3 * noise(number, entry)),
  );
  const fingerprint = Array.from({ length: 8 }, (_, word) =>
    Math.floor(noise(number, word, 7) * 0xffffffff)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
  return { number, fingerprint, strategy: strategies[family], scatter, vector, otherScatter: null, ties: {} };
}

const highest = (candidates: readonly ShownCandidate[]) =>
  candidates.reduce<ShownCandidate | null>(
    (best, each) => (best === null || each.scatter > best.scatter ? each : best),
    null,
  );

function searchProgress(evaluated: number, seconds: number): EventBody {
  const all = Array.from({ length: evaluated }, (_, index) => scriptedCandidate(index + 1));
  return {
    kind: 'search-progress',
    progress: {
      round: Math.ceil(evaluated / 4),
      evaluated,
      duplicates: Math.floor(evaluated / 40),
      swaps: evaluated * 5400,
      seconds,
      best: highest(all),
      strategies: strategies.map((name) => {
        const mine = all.filter((candidate) => candidate.strategy === name);
        return { name, evaluated: mine.length, best: highest(mine)?.scatter ?? null };
      }),
      // An island a strategy.
      islands: strategies.map((name) => {
        const mine = all.filter((candidate) => candidate.strategy === name);
        return { evaluated: mine.length, best: highest(mine)?.scatter ?? null };
      }),
    },
    pace: { candidatesPerSecond: 10, secondsLeft: { low: 4, high: 6 }, candidatesLeft: { low: 48, high: 48 } },
  };
}

const runsOn = { engine: 'tfjs', backend: 'wasm', device: '2 × Intel Xeon (wasm, SIMD)' } as const;

function trainingEvent(candidate: number, seed: number, epoch: number, epochs: number): EventBody {
  const job = `${candidate}/${seed}`;
  const shared = { kind: 'training', candidate, seed } as const;
  const top = 0.4 + 0.25 * noise(candidate, 3) + 0.02 * noise(candidate, seed);
  if (epoch === 0) return { ...shared, event: { kind: 'started', job, ...runsOn } };
  if (epoch <= epochs) {
    const validationAccuracy = top * (1 - Math.exp(-epoch / 2.5));
    const loss = 3.2 * Math.exp(-epoch / 4);
    return {
      ...shared,
      event: { kind: 'epoch', job, epoch, loss, accuracy: validationAccuracy + 0.03, validationAccuracy },
    };
  }
  const result = {
    kind: 'result',
    job,
    ...runsOn,
    bestEpoch: { epoch: epochs, validationAccuracy: top * (1 - Math.exp(-epochs / 2.5)) },
    samplesPerSecond: 31_000 + 900 * noise(seed, candidate),
    durationMs: 9000,
  } as const;
  if (candidate === 16 && seed === 2) {
    return {
      ...shared,
      event: { ...result, status: 'diverged', reason: 'the loss is no longer finite', testAccuracy: null },
    };
  }
  return { ...shared, event: { ...result, status: 'finished', reason: null, testAccuracy: top } };
}

/** Two jobs at a time, epoch by epoch. */
function trainingEvents(chosen: readonly ShownCandidate[], seeds: number, epochs: number): EventBody[] {
  const jobs = chosen.flatMap(({ number }) => Array.from({ length: seeds }, (_, seed) => ({ number, seed: seed + 1 })));
  const events: EventBody[] = [];
  for (let pair = 0; pair < jobs.length; pair += 2) {
    for (let epoch = 0; epoch <= epochs + 1; epoch++) {
      for (const { number, seed } of jobs.slice(pair, pair + 2))
        events.push(trainingEvent(number, seed, epoch, epochs));
    }
    const ended = Math.min(jobs.length, pair + 2);
    const secondsLeft = { low: 2 * (jobs.length - ended), high: 3 * (jobs.length - ended) };
    events.push({
      kind: 'training-progress',
      progress: {
        ...{ ended, planned: jobs.length, running: 0, share: ended / jobs.length, epochsPerSecond: 10 },
        ...{ secondsLeft, mayEndEarlier: false },
      },
    });
  }
  return events;
}

const islands = strategies.map((strategy) => ({ strategy }));
const architecture = defineArchitecture({ layers: [64, 1024, 64], fanOuts: [128, 8] });
const budget = { kind: 'candidates', candidates: 120 } as const;

export const scriptedSettings: StudySettings = {
  ...{ kind: 'demo', baseName: 'morse-demo', architecture, metric: 'indicator', seed: 7, budget, islands, keep: 8 },
  ...{ entries: { windows: 'integral', spans: 'io' }, order: [], target: null, untilOptimal: false },
  training: null,
};

const started: EventBody = {
  ...{ kind: 'study-started', study: 'morse-demo-7', id: 7, resumed: false, settings: scriptedSettings, entryKeys },
  entryLevels: entryKeys.map((key) => ({ random: key.startsWith('1:2') ? null : 0.6, bound: 1 })),
  ...{ workers: 2, database: 'cache/scattershot.db' },
};

const dataset = {
  name: 'morse:noise=1',
  normalisation: 'divided by 16',
  train: 320_000,
  validation: 64_000,
  test: 64_000,
};
const trained = { study: 'morse-demo-7', architecture, dataset: dataset.name };

/** A whole small study as it would be heard: the same events every time, `stepMs` apart. */
export function scriptedStudy(stepMs = 200): StudyEvent[] {
  const seeds = 2;
  const epochs = 12;
  const search = Array.from({ length: 30 }, (_, round): EventBody[] => {
    const evaluated = 4 * (round + 1);
    const candidates = [-3, -2, -1, 0].map((offset) => scriptedCandidate(evaluated + offset));
    return [searchProgress(evaluated, ((round + 1) * stepMs) / 1000), { kind: 'candidates-kept', candidates }];
  }).flat();
  const chosen = Array.from({ length: 12 }, (_, index) => scriptedCandidate(index * 9 + 7));
  const bodies: EventBody[] = [
    started,
    { kind: 'warning', message: 'no GPU was found: training runs on the CPU; see scattershot doctor' },
    { kind: 'phase', phase: 'search', islands, budget, patience: null },
    { kind: 'strategy-refused', strategies: ['radix'], reason: 'needs layers whose sizes share a product of radices' },
    ...search,
    { kind: 'search-ended', why: 'budget' },
    { kind: 'phase', phase: 'select', candidates: 12 },
    { kind: 'selected', candidates: chosen, seeds, epochs },
    { kind: 'phase', phase: 'data', dataset: 'morse:noise=1' },
    { kind: 'dataset', dataset },
    { kind: 'engine', ...runsOn },
    {
      kind: 'phase',
      phase: 'train',
      ...trained,
      candidates: chosen.map(({ number }) => number),
      seeds: [1, 2],
      epochs,
    },
    ...trainingEvents(chosen, seeds, epochs),
    { kind: 'phase', phase: 'verdict' },
    {
      kind: 'verdict',
      verdict: 'no-link-found',
      meaning:
        'Over 12 candidates the rank correlation of scatter and accuracy is −0.12 (95 % interval −0.63 to +0.47): with so few candidates only a strong link could have been seen.',
    },
    { kind: 'study-ended', status: 'finished', failure: null },
  ];
  return bodies.map((body, index) => ({ ...body, atMs: index * stepMs }) as StudyEvent);
}
