import { uniformRandomPattern } from '../../strategies/uniform-random.ts';
import { unwrap } from '../base/failure.ts';
import { Random } from '../base/random.ts';
import type { Architecture } from '../pattern/architecture.ts';
import { scatterEntries } from '../pattern/entries.ts';
import { fingerprint } from '../pattern/pattern.ts';
import { auditScore } from '../scatter/audit.ts';
import { scoreBoth } from '../scatter/kernel.ts';
import type { Problem } from '../search/strategy.ts';
import type { EvaluationRecord, StudyRecord } from '../store/index.ts';
import type { Dataset } from '../training/datasets/dataset.ts';
import { emitterTo, type StudyHost, startHeartbeat } from './host.ts';
import { rankingKeyOf } from './leaderboard.ts';
import { TrainingProgressMeter } from './progress.ts';
import { searchDefaults } from './search-defaults.ts';
import { loadData, trainingPhase } from './training-phase.ts';
import { type TrainingPlan, type TrainingPlanRequest, trainingPlan } from './training-plan.ts';

/** Degrees to be tried: a random pattern for each seed, trained once with that seed. */
export interface RandomTrainingRequest extends TrainingPlanRequest {
  readonly seeds: readonly number[];
}

/** A training, by its seed. */
export type RandomTraining = Pick<EvaluationRecord, 'seed' | 'status' | 'reason' | 'epochs' | 'testAccuracy'>;

/** What the trainings of some degrees came to. */
export interface RandomTrainings {
  /** by seed; those that the store has, finished or not */
  readonly trainings: readonly RandomTraining[];
  readonly trainedBefore: number;
}

const STRATEGY = 'uniform-random';

/** The same sizes are the same study, whatever they are trained on: trainings are told apart by their settings. */
const nameOf = ({ layers, fanOuts, usedInputs, usedOutputs }: Architecture): string => {
  const used = [
    ...(usedInputs === layers[0] ? [] : [`in${usedInputs}`]),
    ...(usedOutputs === layers[layers.length - 1] ? [] : [`out${usedOutputs}`]),
  ];
  return ['random', layers.join('-'), fanOuts.join('-'), ...used].join('_');
};

/**
 * Trains networks of given degrees with random patterns, a new pattern for each seed, and keeps patterns and trainings in the store: what
 * was trained before is not trained again, and what was interrupted goes on.
 */
export class RandomPatternTrainer {
  readonly #host: StudyHost;
  #loaded: { readonly name: string; readonly dataset: Dataset } | null = null;

  constructor(host: StudyHost) {
    this.#host = host;
  }

  /**
   * Null when interrupted before there was anything to train on.
   * @throws RangeError for what does not fit together, ScattershotError for what the world does
   */
  async train(request: RandomTrainingRequest): Promise<RandomTrainings | null> {
    const { architecture, seeds } = request;
    const { store } = this.#host;
    const emit = emitterTo(this.#host.listener);
    const plan = unwrap(await trainingPlan(request, this.#host));
    const dataset = await this.#load(plan);
    if (dataset === null) return null;
    const study = this.#claim(architecture);
    const heartbeat = startHeartbeat(this.#host, study.id);
    let status: 'finished' | 'interrupted' | 'failed' = 'failed';
    try {
      const seedsOf = this.#patterns(study, architecture, seeds);
      const meter = new TrainingProgressMeter({ trainings: seeds.length, epochs: plan.settings.epochs });
      const candidates = [...seedsOf.keys()];
      const told = { study: study.name, architecture, dataset: dataset.name, candidates, seeds };
      emit({ kind: 'phase', phase: 'train', ...told, epochs: plan.settings.epochs });
      const work = { plan, study: study.id, candidates, seeds, seedsOf, dataset, meter };
      const { settingsDigest, trainedBefore } = await trainingPhase(work, heartbeat.host, emit);
      const stored = store.evaluations(study.id, { settingsDigest });
      status = heartbeat.host.signal.aborted ? 'interrupted' : 'finished';
      const own = stored.filter(({ candidate, seed }) => seedsOf.get(candidate)?.includes(seed));
      return { trainings: own.sort((a, b) => a.seed - b.seed), trainedBefore };
    } finally {
      heartbeat.end();
      store.finishStudy(study.id, { status });
    }
  }

  async #load(plan: TrainingPlan): Promise<Dataset | null> {
    const { name } = plan.source;
    if (this.#loaded?.name === name) return this.#loaded.dataset;
    // Two of them at once may be more than memory holds.
    this.#loaded = null;
    const emit = emitterTo(this.#host.listener);
    emit({ kind: 'phase', phase: 'data', dataset: name });
    const dataset = await loadData(plan, this.#host, emit);
    if (dataset !== null) this.#loaded = { name, dataset };
    return dataset;
  }

  #claim(architecture: Architecture): StudyRecord {
    const { store } = this.#host;
    const name = nameOf(architecture);
    const there = store.getStudy(name);
    if (there.ok) return unwrap(store.claimStudy(there.value.id));
    const { metric, windows, spans } = searchDefaults;
    const entries = scatterEntries(architecture, { windows, spans }, metric);
    return unwrap(
      store.createStudy({
        ...{ name, baseName: name, kind: 'train', architecture, metric, seed: 0 },
        ...{ entryKeys: entries.map(({ key }) => key), settings: { kind: 'train', entries: { windows, spans } } },
      }),
    );
  }

  /** Makes the patterns that are not there yet. @returns the seeds of each candidate: more than one where patterns are alike */
  #patterns(study: StudyRecord, architecture: Architecture, seeds: readonly number[]): Map<number, readonly number[]> {
    const { store } = this.#host;
    const { metric, windows, spans } = searchDefaults;
    const entries = scatterEntries(architecture, { windows, spans }, metric);
    const problem: Problem = { architecture, entries, metric, target: null };
    const numbers = new Map(store.candidates(study).map((record) => [record.fingerprint, record.number]));
    const seedsOf = new Map<number, readonly number[]>();
    const rankingKey = rankingKeyOf(study);
    for (const seed of seeds) {
      const pattern = uniformRandomPattern(problem, Random.fromSeed(seed));
      const print = fingerprint(pattern);
      const number = numbers.get(print) ?? numbers.size + 1;
      if (!numbers.has(print)) {
        const { score, other } = scoreBoth(pattern, entries, metric);
        const audit = auditScore(pattern, entries, score, Random.fromSeed(seed));
        if (!audit.agrees) throw new Error(`the audit of the score failed: ${audit.message}`);
        const added = {
          ...{ number, fingerprint: print, strategy: STRATEGY, family: STRATEGY, island: 0, round: 1, pattern },
          ...{ scatter: score.scatter, vector: score.vector, ties: {}, audit: audit.audit },
          ...{ otherScatter: other?.scatter ?? null, otherVector: other?.vector ?? null },
        };
        const evaluated = numbers.size + 1;
        store.recordRound(study.id, { added: [added], evaluated, seconds: 0, checkpoint: null, rankingKey });
        numbers.set(print, number);
      }
      seedsOf.set(number, [...(seedsOf.get(number) ?? []), seed]);
    }
    return seedsOf;
  }
}
