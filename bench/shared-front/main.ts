import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { unwrap } from '../../src/base/failure.ts';
import { provenance } from '../../src/base/version.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { presets } from '../../src/pattern/presets.ts';
import { openStore, type Store, type StudyRecord } from '../../src/store/index.ts';
import { defaultCacheFolder } from '../../src/study/cache-folder.ts';
import type { Emit, StudyHost } from '../../src/study/host.ts';
import { TrainingProgressMeter } from '../../src/study/progress.ts';
import { planStudy } from '../../src/study/start-study.ts';
import { loadData, trainingPhase } from '../../src/study/training-phase.ts';
import { type FreezeFront, type TrainingPlan, trainingPlan } from '../../src/study/training-plan.ts';
import { validationSettings } from '../../src/study/validation-settings.ts';
import type { Dataset } from '../../src/training/datasets/dataset.ts';
import { table } from '../timing.ts';
import { type Accuracies, agreementOf, repeatability, summaryOf } from './agreement.ts';

/**
 * How much a shared front changes the ranking of candidates: the same candidates, seeds and epochs, each network trained as a whole, on
 * a front that was trained with the dense network, and on one that was trained with the first candidate.
 *
 *     npm run bench -- shared-front                                            the whole of MNIST (an hour and a half with TensorFlow)
 *     npm run bench -- shared-front --data mnist:train=6000,test=5000,seed=1   a part of it
 *
 * What is trained is kept in a database: killed, it goes on.
 */

const options = {
  data: { type: 'string', default: 'mnist' },
  net: { type: 'string', default: 'mnist-conv' },
  candidates: { type: 'string', default: '12' },
  seeds: { type: 'string', default: '3' },
  epochs: { type: 'string', default: '3' },
  'batch-size': { type: 'string', default: '256' },
  backend: { type: 'string', default: 'auto' },
  db: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

type Options = ReturnType<typeof parse>;
const parse = (parameters: readonly string[]) => parseArgs({ args: [...parameters], options }).values;

/** The ways in which the same candidates are trained, in the order shown. */
const ways: readonly { readonly name: string; readonly freezeFront?: FreezeFront }[] = [
  { name: 'as a whole' },
  { name: 'front of the dense network', freezeFront: { trainedWith: 'dense' } },
  { name: 'front of the first candidate', freezeFront: { trainedWith: 'first' } },
];

const say = (line: string) => process.stderr.write(`${line}\n`);

const emit: Emit = (event) => {
  if (event.kind === 'warning') say(`warning: ${event.message}`);
  if (event.kind === 'engine') say(`by ${event.engine} on ${event.backend}, ${event.device}`);
  if (event.kind === 'front' && event.event.kind === 'ready') say(`front of seed ${event.seed} is there`);
  if (event.kind === 'training' && event.event.kind === 'result') {
    const { status, testAccuracy, durationMs } = event.event;
    say(`#${event.candidate} seed ${event.seed}: ${status} ${testAccuracy}, ${(durationMs / 1000).toFixed(1)} s`);
  }
};

function networkOf(net: string) {
  if (!Object.hasOwn(presets, net)) throw new RangeError(`expected a network of the paper; got ${net}`);
  return defineArchitecture(presets[net as keyof typeof presets]);
}

const requestOf = ({ data, net, epochs, backend, 'batch-size': batchSize }: Options, freezeFront?: FreezeFront) => ({
  ...({ architecture: networkOf(net), dataset: data, network: net, front: 'auto', backend, freezeFront } as const),
  settings: { epochs: Number(epochs), batchSize: Number(batchSize) },
});

/** The study whose candidates are compared: those of a validation, spread over families and scatter; made on the first run. */
async function studyOf(given: Options, host: StudyHost): Promise<StudyRecord> {
  const asked = [given.net, given.data, given.candidates].join(' ');
  const name = `shared-front-${createHash('sha256').update(asked).digest('hex').slice(0, 12)}`;
  const known = host.store.getStudy(name);
  if (known.ok) return unwrap(host.store.claimStudy(known.value.id));
  const plan = unwrap(await trainingPlan(requestOf(given), host));
  const training = { dataset: given.data, settings: plan.settings, engine: 'auto', backend: given.backend };
  const choices = { candidates: Number(given.candidates), seeds: Number(given.seeds) };
  const settings = unwrap(validationSettings(plan.architecture, training, choices, given.net));
  const { study } = await planStudy(settings, name, host);
  return unwrap(host.store.claimStudy(study.id));
}

interface Trained {
  readonly name: string;
  /** by candidate, then seed */
  readonly accuracies: Accuracies;
  readonly secondsEach: number;
}

async function trainAll(
  name: string,
  plan: TrainingPlan,
  dataset: Dataset,
  study: StudyRecord,
  seeds: readonly number[],
  host: StudyHost,
): Promise<Trained> {
  say(`\n${name}:`);
  const candidates = host.store.candidates(study).map(({ number }) => number);
  const meter = new TrainingProgressMeter({
    trainings: candidates.length * seeds.length,
    epochs: plan.settings.epochs,
  });
  const work = { plan, study: study.id, candidates, seeds, dataset, meter };
  const { settingsDigest } = await trainingPhase(work, host, emit);
  return { name, ...resultsOf(host.store, study, settingsDigest, candidates, seeds) };
}

function resultsOf(
  store: Store,
  study: StudyRecord,
  settingsDigest: string,
  candidates: readonly number[],
  seeds: readonly number[],
): Pick<Trained, 'accuracies' | 'secondsEach'> {
  const rows = store.evaluations(study.id, { settingsDigest }).filter(({ status }) => status === 'finished');
  const of = (candidate: number, seed: number) =>
    rows.find((row) => row.candidate === candidate && row.seed === seed)?.testAccuracy ?? Number.NaN;
  const durations = rows.flatMap(({ durationMs }) => durationMs ?? []);
  return {
    accuracies: candidates.map((candidate) => seeds.map((seed) => of(candidate, seed))),
    secondsEach: durations.reduce((sum, ms) => sum + ms, 0) / 1000 / Math.max(1, durations.length),
  };
}

const rounded = (value: number | null, digits = 2) => (value === null ? '–' : value.toFixed(digits));

function print(trained: readonly Trained[]): void {
  const [joint, ...shared] = trained;
  const rows = trained.map(({ name, accuracies, secondsEach }) => {
    const { mean, between, within } = summaryOf(accuracies);
    const itself = repeatability(accuracies);
    return [
      name,
      ...[mean, between, within].map((points) => rounded(100 * points)),
      rounded(itself),
      rounded(secondsEach, 1),
    ];
  });
  const heads = ['trained', 'mean test %', 'between candidates', 'between seeds', 'τ of two seeds', 's a training'];
  process.stdout.write(`${table([heads, ...rows])}\n\n`);
  const agreements = shared.map(({ name, accuracies }) => {
    const { tau, interval, crossed } = agreementOf(joint.accuracies, accuracies);
    const range = interval === null ? '–' : `${rounded(interval.low)} … ${rounded(interval.high)}`;
    return [name, rounded(tau), range, rounded(crossed)];
  });
  const against = ['against as a whole', 'τ of means', '95 %', 'τ of single seeds'];
  process.stdout.write(`${table([against, ...agreements])}\n`);
}

export async function main(parameters: readonly string[]): Promise<void> {
  const given = parse(parameters);
  const cacheFolder = defaultCacheFolder();
  const store = unwrap(
    openStore(given.db ?? join(cacheFolder, 'shared-front.db'), { mode: 'write', madeBy: provenance }),
  );
  const host: StudyHost = {
    ...{ store, cacheFolder, workers: 1, listener: () => {}, signal: new AbortController().signal },
  };
  try {
    const study = await studyOf(given, host);
    const seeds = Array.from({ length: Number(given.seeds) }, (_, index) => index + 1);
    const trained: Trained[] = [];
    let dataset: Dataset | null = null;
    for (const { name, freezeFront } of ways) {
      const plan = unwrap(await trainingPlan(requestOf(given, freezeFront), host));
      dataset ??= await loadData(plan, host, emit);
      if (dataset === null) return;
      trained.push(await trainAll(name, plan, dataset, study, seeds, host));
    }
    store.releaseStudy(study.id);
    if (given.json) process.stdout.write(`${JSON.stringify({ data: given.data, trained }, null, 2)}\n`);
    else print(trained);
  } finally {
    store.close();
  }
}
