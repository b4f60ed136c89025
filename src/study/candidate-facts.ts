import { failure, type Outcome, success } from '../base/failure.ts';
import type { MaybeScore, TrainingScore } from '../base/score.ts';
import { describeArchitecture } from '../pattern/architecture.ts';
import { scatterEntries } from '../pattern/entries.ts';
import { certificate, entryBound, scoreBound } from '../scatter/bound.ts';
import { invariantScatter } from '../scatter/invariant.ts';
import { type Metric, metrics } from '../scatter/metric.ts';
import type { CandidateRecord, EvaluationRecord, Store, StudyRecord } from '../store/index.ts';
import { studentQuantile } from '../validation/distributions.ts';
import { entryOptionsOf } from './settings.ts';

/** One entry of a candidate's scatter vector, with what it can be at most. */
export interface EntryFacts {
  readonly key: string;
  readonly value: number;
  readonly bound: number;
  /** 1 for every pattern */
  readonly vacuous: boolean;
  readonly windows: number;
  /** null where windows differ in size */
  readonly windowSize: number | null;
  readonly ideal: number | null;
}

/** What is known of a candidate without measuring its pattern. */
export interface CandidateFacts {
  readonly study: string;
  readonly metric: Metric;
  /** "64-1024-64, fan-out 128,8" */
  readonly architecture: string;
  readonly candidate: CandidateRecord;
  readonly entries: readonly EntryFacts[];
  readonly bound: number;
  readonly certificate: 'optimal' | null;
  readonly invariant: number | null;
  /** 95 % interval of the mean accuracy over seeds (Student); null with fewer than two */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** what stands for accuracy; null or absent: accuracy */
  readonly judgedBy?: TrainingScore | null;
  /** settings that the mean accuracy is of; null while none has finished */
  readonly settingsDigest: string | null;
  /** all trainings of the candidate, by seed */
  readonly runs: readonly EvaluationRecord[];
}

/** Student's interval of a mean over seeds; null with fewer than two. */
function accuracyInterval(accuracy: CandidateRecord['accuracy'], score: MaybeScore): CandidateFacts['interval'] {
  if (accuracy === null || accuracy.sd === null) return null;
  const { mean, sd, n } = accuracy;
  const half = (studentQuantile(0.975, n - 1) * sd) / Math.sqrt(n);
  const [low, high] = [mean - half, mean + half];
  return score == null ? { low: Math.max(0, low), high: Math.min(1, high) } : { low, high };
}

const noCandidate = (study: StudyRecord, number: number) =>
  failure(
    'no-such-candidate',
    `study "${study.name}" keeps no candidate ${number}, or it is damaged`,
    `List the candidates with: scattershot leaderboard ${study.name}`,
  );

/** Failures 'no-such-candidate', 'damaged-candidate'. @throws ScattershotError 'unreadable-document' */
export function candidateFacts(store: Store, study: StudyRecord, number: number): Outcome<CandidateFacts> {
  const found = store.findCandidate(study, String(number));
  if (!found.ok) return found;
  const candidate = found.value;
  if (candidate.number !== number) return noCandidate(study, number);
  const metric = metrics.find((name) => name === study.metric) as Metric;
  const { architecture } = study;
  const training = store.accuracyTraining(study.id);
  const judgedBy = training?.score ?? null;
  const entries = scatterEntries(architecture, entryOptionsOf(study), metric);
  const score = { metric, scatter: candidate.scatter, vector: candidate.vector };
  return success({
    study: study.name,
    metric,
    architecture: describeArchitecture(architecture),
    candidate,
    entries: entries.map((entry, index) => ({
      key: entry.key,
      value: candidate.vector[index],
      bound: entryBound(entry, architecture, metric),
      vacuous: entry.vacuousUnder[metric],
      windows: entry.windows.count,
      windowSize: entry.windowSize,
      ideal: entry.ideal,
    })),
    bound: scoreBound(entries, architecture, metric),
    certificate: certificate(score, entries, architecture),
    invariant: invariantScatter(score, entries, architecture).value,
    interval: accuracyInterval(candidate.accuracy, judgedBy),
    judgedBy,
    settingsDigest: training?.settingsDigest ?? null,
    runs: store.evaluations(study.id, { candidate: number }),
  });
}
