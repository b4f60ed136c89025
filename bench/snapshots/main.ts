import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unwrap } from '../../src/base/failure.ts';
import { Random } from '../../src/base/random.ts';
import { provenance } from '../../src/base/version.ts';
import { fingerprint } from '../../src/pattern/pattern.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import { encodeSnapshot } from '../../src/training/snapshot.ts';
import { SparseNetwork } from '../../src/training/sparse/network.ts';
import { startWeights } from '../../src/training/weights.ts';
import { benchPattern } from '../scatter/nets.ts';
import { cpuMs, measure, table } from '../timing.ts';
import { randomSplit } from '../training/nets.ts';

/** Nets of the paper, with the training examples of the data that they are for. */
const nets = [
  { name: 'morse', request: { layers: [64, 1024, 64], fanOuts: [128, 8] }, examples: 320_000 },
  { name: 'mnist-cl', request: { layers: [784, 224, 10], fanOuts: [4, 10] }, examples: 50_000 },
  { name: 'cifar10-2cl, dense', request: { layers: [4096, 512, 16], fanOuts: [512, 16] }, examples: 45_000 },
] as const;

const BATCH = 256;
const progress = { epoch: 2, batches: 0, sums: { loss: 0, correct: 0 }, epochs: [], elapsedMs: 1 };
const key = { candidate: 1, seed: 1, settingsDigest: '0'.repeat(64) };

/** A study whose candidate 1 is in training. */
function trainingIn(store: Store, { architecture, pattern }: ReturnType<typeof benchPattern>): number {
  const names = { name: null, baseName: 'bench', kind: 'train', metric: 'indicator' } as const;
  const { id } = unwrap(store.createStudy({ ...names, architecture, entryKeys: [], seed: 1, settings: {} }));
  const made = { strategy: 'file', family: 'file', island: 0, round: 0, audit: 'whole', ties: {} } as const;
  const scores = { scatter: 0, vector: [], otherScatter: null, otherVector: null };
  const added = [{ number: 1, fingerprint: fingerprint(pattern), pattern, ...made, ...scores }];
  store.recordRound(id, { added, evaluated: 1, seconds: 0, checkpoint: null });
  const setup = { dataset: 'bench', datasetDigest: 'bench', trainingSettings: {} };
  store.beginEvaluation(id, { ...key, ...setup, engine: 'sparse', backend: 'wasm', device: 'bench' });
  return id;
}

async function rowOf({ name, request, examples }: (typeof nets)[number], store: Store): Promise<string[]> {
  const made = benchPattern(request, 1);
  const settings = trainingSettings();
  const [features] = request.layers;
  const split = randomSplit(BATCH, features, 10, Random.fromSeed(2));
  const order = Uint32Array.from({ length: BATCH }, (_, i) => i);
  const start = startWeights(made.pattern, 1, settings);
  const network = new SparseNetwork({ ...made, start, settings, features, batch: BATCH, fastMath: false });
  const step = () => {
    network.accumulate(split, order, 0, BATCH, () => false);
    network.update();
  };
  step();
  const stepMs = Math.min(...Array.from({ length: 10 }, () => cpuMs(step)));
  const epochMs = (stepMs * examples) / BATCH;
  const make = () => encodeSnapshot('bench', { progress, learner: network.state() });
  const makeMs = measure(make, { budgetMs: 1000 }).medianMs;
  const bytes = make();
  const study = trainingIn(store, made);
  const storing: number[] = [];
  for (let i = 0; i < 10; i++) {
    const begun = performance.now();
    await store.saveTrainingSnapshot(study, key, bytes);
    storing.push(performance.now() - begun);
  }
  const storeMs = storing.sort((a, b) => a - b)[5];
  const share = (100 * (makeMs + storeMs)) / epochMs;
  return [
    ...[name, (bytes.length / 2 ** 20).toFixed(2), (epochMs / 1000).toFixed(2)],
    ...[makeMs.toFixed(2), storeMs.toFixed(2), `${share.toFixed(2)} %`],
  ];
}

/** What it costs to keep where a training stands: once an epoch, beside the epoch itself. */
export async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-bench-'));
  const store = unwrap(openStore(join(folder, 'bench.db'), { mode: 'write', madeBy: provenance }));
  try {
    const rows: string[][] = [];
    for (const net of nets) rows.push(await rowOf(net, store));
    process.stdout.write(table([['net', 'MiB', 'epoch s', 'make ms', 'store ms', 'share of the epoch'], ...rows]));
  } finally {
    store.close();
    rmSync(folder, { recursive: true });
  }
}
