import { type Architecture, describeArchitecture } from '../pattern/architecture.ts';
import { type EntryOptions, scatterEntries } from '../pattern/entries.ts';
import { FailureError, unwrap } from '../pattern/failure.ts';
import { fingerprint, type Pattern } from '../pattern/pattern.ts';
import { Random } from '../pattern/random.ts';
import { auditScore } from '../scatter/audit.ts';
import { scoreBoth } from '../scatter/kernel.ts';
import type { Metric } from '../scatter/metric.ts';
import type { EvaluationRecord, Store, StudyRecord } from '../store/index.ts';
import { findDataset } from '../training/datasets/index.ts';
import { createTrainer } from '../training/engines.ts';
import { settingsDigest } from '../training/settings.ts';
import type { RunsOn, TrainingSettings } from '../training/trainer.ts';
import { type StudyHost, stamped } from './host.ts';
import { trainCandidates } from './train-candidates.ts';

/** A pattern from a file, as a study of its own: named by its fingerprint, so that the same file is the same study. */
export interface FilePattern {
  readonly pattern: Pattern;
  readonly architecture: Architecture;
  readonly metric: Metric;
  readonly entries: EntryOptions;
}

/** The study that holds this pattern as its candidate 1; made, and the pattern scored and audited, when there is none yet. */
export function studyOfPattern(store: Store, file: FilePattern): StudyRecord {
  const print = fingerprint(file.pattern);
  const name = `file-${print.slice(0, 12)}`;
  const existing = store.getStudy(name);
  if (existing.ok && JSON.stringify(existing.value.architecture) === JSON.stringify(file.architecture)) {
    return existing.value;
  }
  const { architecture, metric } = file;
  const entries = scatterEntries(architecture, file.entries);
  const { score, other } = scoreBoth(file.pattern, entries, metric);
  const audit = auditScore(file.pattern, entries, score, Random.fromSeed(0));
  if (!audit.agrees) throw new Error(`the audit of the score failed: ${audit.message}`);
  const study = unwrap(
    store.createStudy({
      name: existing.ok ? null : name,
      baseName: name,
      kind: 'train',
      architecture,
      metric,
      entryKeys: entries.map((entry) => entry.key),
      seed: 0,
      settings: { kind: 'train', entries: file.entries },
    }),
  );
  store.recordRound(study.id, {
    added: [
      {
        ...{ number: 1, fingerprint: print, strategy: 'file', island: 0, round: 0, pattern: file.pattern },
        scatter: score.scatter,
        vector: score.vector,
        otherScatter: other?.scatter ?? null,
        otherVector: other?.vector ?? null,
        ties: {},
        audit: audit.audit,
      },
    ],
    evaluated: 1,
    seconds: 0,
    checkpoint: null,
  });
  store.finishStudy(study.id, { status: 'finished' });
  return unwrap(store.getStudy(study.name));
}

export interface TrainOnePlan {
  readonly dataset: string;
  readonly seeds: readonly number[];
  readonly settings: TrainingSettings;
  readonly engine: string;
  readonly backend: string;
}

export interface TrainOneReport extends RunsOn {
  /** mean over the finished runs' optimiser steps; null where none is known */
  readonly samplesPerSecond: number | null;
  readonly runs: readonly {
    readonly seed: number;
    readonly status: EvaluationRecord['status'];
    readonly reason: string | null;
    readonly epochs: readonly {
      readonly loss: number;
      readonly accuracy: number;
      readonly validationAccuracy: number;
    }[];
    readonly testAccuracy: number | null;
  }[];
  /** mean over the finished runs */
  readonly testAccuracy: number | null;
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;

/** Trains one candidate of a study with each seed, unless the store has it already, and reports what the store then holds. */
export async function trainOne(
  study: StudyRecord,
  candidate: number,
  plan: TrainOnePlan,
  host: StudyHost,
): Promise<TrainOneReport> {
  const say = stamped(host.listener);
  const { store, signal } = host;
  const loaded = await findDataset(plan.dataset).load(host.cacheFolder, {
    signal,
    onNote: (message) => say({ kind: 'warning', message }),
  });
  if (!loaded.ok) throw new FailureError(loaded);
  const dataset = loaded.value;
  const trainer = unwrap(await createTrainer({ engine: plan.engine, backend: plan.backend, threads: host.workers }));
  unwrap(store.claimStudy(study.id, 'add'));
  try {
    for (const message of trainer.warnings) say({ kind: 'warning', message });
    say({
      kind: 'phase',
      phase: 'train',
      summary: `candidate ${candidate} of ${study.name}, ${describeArchitecture(study.architecture)}, on ${dataset.name}`,
    });
    say({ kind: 'engine', ...trainer.runsOn });
    const trainees = [{ candidate, pattern: store.loadPattern(study.id, candidate) }];
    await trainCandidates(
      {
        study: study.id,
        architecture: study.architecture,
        trainees,
        seeds: plan.seeds,
        dataset,
        settings: plan.settings,
      },
      {
        store,
        trainer,
        signal,
        onEvent: (number, seed, event) => say({ kind: 'training', candidate: number, seed, event }),
      },
    );
  } finally {
    await trainer.close();
    store.releaseStudy(study.id);
  }
  const digest = settingsDigest(dataset.digest, plan.settings, trainer.runsOn.engine);
  const evaluations = store
    .evaluations(study.id, { candidate, settingsDigest: digest })
    .filter(({ seed }) => plan.seeds.includes(seed));
  return trainReport(evaluations, trainer.runsOn);
}

function trainReport(evaluations: readonly EvaluationRecord[], runsOn: RunsOn): TrainOneReport {
  const finished = evaluations.filter(({ status }) => status === 'finished');
  return {
    ...runsOn,
    samplesPerSecond: mean(finished.flatMap(({ samplesPerSecond }) => samplesPerSecond ?? [])),
    runs: evaluations.map(({ seed, status, reason, epochs, testAccuracy }) => ({
      ...{ seed, status, reason, testAccuracy },
      epochs: epochs.map(({ loss, accuracy, validationAccuracy }) => ({ loss, accuracy, validationAccuracy })),
    })),
    testAccuracy: mean(finished.flatMap(({ testAccuracy }) => testAccuracy ?? [])),
  };
}
