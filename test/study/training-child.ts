/**
 * A process that trains one candidate of a study, to be killed: `training-child.ts DATABASE ENGINE SNAPSHOT_EVERY_MS`. What it says is
 * written before it goes on: "started EPOCH BATCHES", "epoch N LOSS", "warning …", and at the end "weights SHA-256 TEST_ACCURACY".
 */
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { unwrap } from '../../src/base/failure.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { fingerprint } from '../../src/pattern/pattern.ts';
import { openStore } from '../../src/store/index.ts';
import { trainCandidates } from '../../src/study/train-candidates.ts';
import { createTrainer } from '../../src/training/engines.ts';
import { trainingSettings } from '../../src/training/settings.ts';
import type { Trainer } from '../../src/training/trainer.ts';
import { madeBy, newCandidate, newStudy } from '../store/sample-rows.ts';
import { someDataset, somePattern } from '../training/samples.ts';

const [, , path, engine, everyMs] = process.argv;
const say = (line: string) => writeSync(1, `${line}\n`);

/** Two of the first layer's neurons are padding. */
const architecture = defineArchitecture({
  layers: [64, 128, 96, 16],
  fanOuts: [64, 24, 8],
  usedInputs: 62,
  usedOutputs: 10,
});
const pattern = somePattern(architecture, 3);
const settings = trainingSettings({ epochs: 6, batchSize: 32, l2: 1e-4 });
const dataset = someDataset({
  features: 62,
  classes: 10,
  examples: { train: engine === 'tfjs' ? 6000 : 24_000, validation: 200, test: 200 },
});

/** The same trainer, with snapshots at other times and the weights in its results. */
function watched(trainer: Trainer): Trainer {
  return {
    runsOn: trainer.runsOn,
    warnings: [],
    capacity: (sizes) => trainer.capacity(sizes),
    close: () => trainer.close(),
    train: (jobs, data, asked, signal, keeper) =>
      trainer.train(
        jobs.map((job) => ({ ...job, wantWeights: true })),
        data,
        asked,
        signal,
        keeper === undefined
          ? undefined
          : {
              everyMs: Number(everyMs),
              save: (job, snapshot) => keeper.save(job, snapshot),
              warn: (job, message) => keeper.warn(job, message),
            },
      ),
  };
}

const store = unwrap(openStore(path, { mode: 'write', madeBy }));
const existing = store.getStudy('killed');
const { id: study } = existing.ok
  ? unwrap(store.claimStudy(existing.value.id))
  : unwrap(store.createStudy({ ...newStudy, architecture, name: 'killed' }));
if (!existing.ok) {
  const added = [newCandidate(1, { pattern, fingerprint: fingerprint(pattern) })];
  store.recordRound(study, { added, evaluated: 1, seconds: 0, checkpoint: null });
}
const trainer = unwrap(await createTrainer({ engine, threads: 1, ...(engine === 'tfjs' ? { backend: 'wasm' } : {}) }));
const request = { study, architecture, trainees: [{ candidate: 1, pattern }], seeds: [5], dataset, settings };
await trainCandidates(request, {
  store,
  trainer: watched(trainer),
  signal: new AbortController().signal,
  onWarning: (message) => say(`warning ${message}`),
  onEvent: (_, __, event) => {
    if (event.kind === 'started') say(`started ${event.resumed?.epoch ?? 1} ${event.resumed?.batches ?? 0}`);
    if (event.kind === 'epoch') say(`epoch ${event.epoch} ${event.loss}`);
    if (event.kind !== 'result') return;
    const hash = createHash('sha256');
    for (const { weights, biases } of event.weights ?? []) hash.update(weights).update(biases);
    say(`weights ${hash.digest('hex')} ${event.status} ${event.testAccuracy}`);
  },
});
for (const { epochs } of store.evaluations(study)) say(`stored ${epochs.map(({ loss }) => loss).join(' ')}`);
await trainer.close();
store.close();
