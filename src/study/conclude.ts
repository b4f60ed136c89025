import { z } from 'zod';
import { readDocument, type SameType } from '../base/documents.ts';
import type { Outcome } from '../base/failure.ts';
import { Random } from '../base/random.ts';
import { scorePattern } from '../scatter/kernel.ts';
import { otherMetric } from '../scatter/metric.ts';
import type { CandidateRecord, EvaluationRecord, Store, StudyRecord } from '../store/index.ts';
import { controlEntries, controlScatter } from '../validation/control.ts';
import { decide } from '../validation/verdict.ts';
import type { Observation, Verdict } from '../validation/verdict-record.ts';
import { verdictSchema } from '../validation/verdict-schema.ts';
import { problemOf, type StudySettings } from './settings.ts';

/** What a study that trained its candidates came to. */
export interface StudyResult extends Verdict {
  readonly study: string;
  readonly dataset: string;
  readonly engine: string;
  readonly backend: string;
  readonly device: string;
}

const resultSchema = verdictSchema.extend({
  study: z.string(),
  dataset: z.string(),
  engine: z.string(),
  backend: z.string(),
  device: z.string(),
});

const same: SameType<z.infer<typeof resultSchema>, StudyResult> = true;
void same;

/** What a study that trained its candidates came to, as it was stored. Failure 'unreadable-document'. */
export const storedResult = ({ name, result, version }: StudyRecord): Outcome<StudyResult> =>
  readDocument(resultSchema, result, { what: `the result of study "${name}"`, storedBy: version });

export interface Trained {
  readonly study: StudyRecord;
  readonly settings: StudySettings;
  /** the candidates that were chosen for training */
  readonly chosen: readonly CandidateRecord[];
  /** under which the store has their evaluations */
  readonly settingsDigest: string;
}

/** Streams of the study's seed that the search does not use. */
const CONTROL = 101;
const VERDICT = 102;

/** Test accuracies by candidate, in the order of seeds. */
function accuraciesOf(evaluations: readonly EvaluationRecord[]): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const { candidate, testAccuracy } of evaluations) {
    if (testAccuracy !== null) found.set(candidate, [...(found.get(candidate) ?? []), testAccuracy]);
  }
  return found;
}

/** Whether scatter predicted accuracy among the trained candidates. Depends on the store and the study's seed alone. */
export function conclude(store: Store, { study, settings, chosen, settingsDigest }: Trained): StudyResult {
  const { entries, metric } = problemOf(settings);
  const random = Random.fromSeed(settings.seed);
  const evaluations = store.evaluations(study.id, { settingsDigest, status: 'finished' });
  const accuracies = accuraciesOf(evaluations);
  const relabellings = controlEntries(entries, random.fork(CONTROL));
  const observations = chosen.map((candidate): Observation => {
    const pattern = store.loadPattern(study.id, candidate.number);
    return {
      candidate: candidate.number,
      family: candidate.strategy,
      scatter: candidate.scatter,
      otherScatter: candidate.otherScatter,
      vector: candidate.vector,
      control: controlScatter(relabellings, (relabelled) => scorePattern(pattern, relabelled, metric).scatter),
      accuracies: accuracies.get(candidate.number) ?? [],
    };
  });
  const verdict = decide(observations, {
    random: random.fork(VERDICT),
    entryKeys: study.entryKeys,
    otherMetric: otherMetric(metric),
  });
  const ran = evaluations[0];
  return {
    study: study.name,
    dataset: ran?.dataset ?? 'none',
    engine: ran?.engine ?? 'none',
    backend: ran?.backend ?? 'none',
    device: ran?.device ?? 'none',
    ...verdict,
  };
}
