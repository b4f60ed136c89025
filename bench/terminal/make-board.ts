import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { unwrap } from '../../src/base/failure.ts';
import { Random } from '../../src/base/random.ts';
import { provenance } from '../../src/base/version.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import { fingerprint, makePattern, type Pattern, sortRows } from '../../src/pattern/pattern.ts';
import type { NumberedCandidate } from '../../src/search/candidate.ts';
import { openStore, type StudyRecord } from '../../src/store/index.ts';
import { openDatabase } from '../../src/store/sqlite.ts';
import { rankingKeyOf } from '../../src/study/leaderboard.ts';
import { searchSettings } from '../../src/study/search-settings.ts';
import { trainingSettings } from '../../src/training/settings.ts';

const usage = `usage: node --import tsx bench/terminal/make-board.ts --output FILE [--candidates 100000] [--trained 3000] [--seeds 3] [--seed 1]
  A database with one study of many candidates, some of them trained, made up from the seed alone: their patterns are real ones of a
  small network, their scatters and accuracies are drawn. For benchmarks and tests of what shows long leaderboards.
`;

const LAYERS = [32, 32, 16];
const FAN_OUTS = [4, 4];

export interface BoardRequest {
  readonly output: string;
  readonly candidates: number;
  /** candidates that have trainings, spread over all ranks */
  readonly trained: number;
  /** trainings of each of these; a twentieth diverges, and as many fail */
  readonly seeds: number;
  readonly seed: number;
}

const strategies = ['uniform-random', 'permutation-grid', 'anneal', 'evolve', 'local', 'exact'] as const;

const architecture = defineArchitecture({ layers: LAYERS, fanOuts: FAN_OUTS });

/** A ring over shuffled neurons on both sides: as many patterns as there are shuffles. */
function ringJunction(left: number, right: number, fanOut: number, random: Random): Uint32Array {
  const fanIn = (left * fanOut) / right;
  const lefts = random.shuffle(Uint32Array.from({ length: left }, (_, n) => n));
  const rights = random.shuffle(Uint32Array.from({ length: right }, (_, n) => n));
  const sources = new Uint32Array(right * fanIn);
  for (const [place, j] of rights.entries()) {
    for (let e = 0; e < fanIn; e++) sources[j * fanIn + e] = lefts[(place * fanIn + e) % left];
  }
  sortRows(sources, right, fanIn);
  return sources;
}

const ringPattern = (random: Random): Pattern =>
  makePattern(
    architecture,
    FAN_OUTS.map((fanOut, at) => ringJunction(LAYERS[at], LAYERS[at + 1], fanOut, random)),
  );

const unit = (random: Random) => random.uint32() / 2 ** 32;

/** A score of a few dozen levels, as scatter has: many candidates are equal in it. */
const level = (random: Random) => 0.5 + Math.floor(unit(random) * 65) / 128;

function candidate(number: number, entries: number, random: Random): NumberedCandidate {
  const pattern = ringPattern(random);
  const vector = Array.from({ length: entries }, () => level(random));
  const otherVector = vector.map((value) => Math.min(1, value + level(random) / 8));
  const strategy = strategies[random.below(strategies.length)];
  return {
    ...{ number, fingerprint: fingerprint(pattern), pattern, strategy, round: 1 + Math.floor(number / 64) },
    ...{ family: strategy === 'anneal' ? `anneal/${random.below(2) === 0 ? 'grid' : 'random'}` : strategy },
    ...{ island: random.below(8), scatter: Math.min(...vector), vector, otherVector, audit: 'sampled' },
    otherScatter: Math.min(...otherVector),
    ties: {
      'distinct-neighbourhoods': level(random),
      'path-evenness': unit(random),
      'four-cycles': random.below(40),
      'spectral-gap': random.below(4) === 0 ? null : unit(random),
    },
  };
}

/** Candidates that are written at once. */
const ROUND = 2000;

async function makeStudy(request: BoardRequest): Promise<StudyRecord> {
  const random = Random.fromSeed(request.seed);
  const entryKeys = scatterEntries(architecture, {}, 'indicator').map(({ key }) => key);
  const budget = { kind: 'candidates', candidates: request.candidates } as const;
  const settings = unwrap(await searchSettings(architecture, { budget, seed: request.seed }));
  const store = unwrap(openStore(request.output, { mode: 'write', madeBy: provenance }));
  const study = unwrap(
    store.createStudy({
      ...{ name: 'long-board', baseName: 'long-board', kind: 'search', architecture, metric: 'indicator', entryKeys },
      ...{ seed: request.seed, settings },
    }),
  );
  const rankingKey = rankingKeyOf(study);
  for (let from = 1; from <= request.candidates; from += ROUND) {
    const count = Math.min(ROUND, request.candidates - from + 1);
    const added = Array.from({ length: count }, (_, place) => candidate(from + place, entryKeys.length, random));
    store.recordRound(study.id, {
      added,
      evaluated: from + count - 1,
      seconds: from / 1000,
      checkpoint: null,
      rankingKey,
    });
  }
  store.finishStudy(study.id, { status: 'finished' });
  store.close();
  return study;
}

/** All trainings in one transaction: the store would bring each to the disk by itself. */
function addTrainings(study: StudyRecord, { output, candidates, trained, seeds, seed }: BoardRequest): void {
  const random = Random.fromSeed(seed).fork(1);
  const database = openDatabase(output);
  const insert = database.prepare(
    `INSERT INTO evaluations (study_id, candidate, seed, settings_digest, status, reason, dataset, dataset_digest, training_settings,
       engine, backend, device, test_accuracy, samples_per_second, duration_ms, started_at, finished_at, made_by)
     VALUES (@study, @candidate, @seed, @digest, @status, @reason, 'morse', @digest, @settings, 'sparse', 'simd', 'a bench', @accuracy,
       10000, 1000, @at, @at, 1)`,
  );
  const epoch = database.prepare('INSERT INTO epochs VALUES (?, ?, ?, ?, ?)');
  const fixed = { study: study.id, digest: 'aa'.repeat(32), settings: JSON.stringify(trainingSettings({ epochs: 3 })) };
  database.transaction(() => {
    for (let place = 0; place < trained; place++) {
      const number = 1 + Math.floor((place * candidates) / trained);
      const mean = 0.5 + 0.4 * unit(random);
      for (let each = 1; each <= seeds; each++) {
        const fate = random.below(20);
        const status = fate === 0 ? 'diverged' : fate === 1 ? 'failed' : 'finished';
        const reason = { diverged: 'its loss is no longer finite', failed: 'a worker was lost', finished: null }[
          status
        ];
        const accuracy = status === 'finished' ? mean + 0.02 * (unit(random) - 0.5) : null;
        const at = new Date(1.7e12 + 1000 * place).toISOString();
        const row = { ...fixed, candidate: number, seed: each, status, reason, accuracy, at };
        const { lastInsertRowid } = insert.run(row);
        for (let n = 1; n <= 3; n++) epoch.run(lastInsertRowid, n, 1 / n, mean, mean);
      }
    }
  })();
  database.close();
}

/** Makes the database, in place of one that is there. @returns its study */
export async function makeBoard(request: BoardRequest): Promise<StudyRecord> {
  for (const part of ['', '-wal', '-shm']) rmSync(`${request.output}${part}`, { force: true });
  const study = await makeStudy(request);
  addTrainings(study, request);
  return study;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      output: { type: 'string' },
      candidates: { type: 'string', default: '100000' },
      trained: { type: 'string', default: '3000' },
      seeds: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
    },
  });
  if (values.output === undefined) {
    process.stderr.write(usage);
    process.exitCode = 2;
  } else {
    const candidates = Number(values.candidates);
    await makeBoard({
      ...{ output: values.output, candidates, trained: Math.min(candidates, Number(values.trained)) },
      ...{ seeds: Number(values.seeds), seed: Number(values.seed) },
    });
  }
}
