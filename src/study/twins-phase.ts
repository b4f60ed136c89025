import { Random } from '../base/random.ts';
import { scoreAsFraction } from '../base/score.ts';
import { auditScore } from '../scatter/audit.ts';
import { scoreBoth } from '../scatter/kernel.ts';
import type { NumberedCandidate } from '../search/candidate.ts';
import type { CandidateRecord, EvaluationRecord } from '../store/index.ts';
import type { Dataset } from '../training/datasets/dataset.ts';
import type { LinkFinding } from '../validation/link-verdict.ts';
import { isClaim, type QuestionFinding } from '../validation/question.ts';
import { judgeTwins, type TwinsFinding } from '../validation/windows-or-not.ts';
import { rankingKeyOf } from './leaderboard.ts';
import { TrainingProgressMeter } from './progress.ts';
import { problemOf } from './settings.ts';
import { trainingPhase } from './training-phase.ts';
import { inputEntry, makeTwins } from './twins.ts';
import { type ValidationWork, validationStreams } from './validation-work.ts';

/** The strategy of renumbered twins: they are no candidates of the plan. */
const TWIN = 'twin';

/** Base patterns of twins: of each of up to three families the candidate of highest scatter. */
function twinBases(work: ValidationWork, candidates: readonly CandidateRecord[]) {
  const best = new Map<string, CandidateRecord>();
  for (const candidate of candidates) {
    const known = best.get(candidate.family);
    if (known === undefined || candidate.scatter > known.scatter) best.set(candidate.family, candidate);
  }
  return [...best.values()]
    .sort((a, b) => b.scatter - a.scatter || a.number - b.number)
    .slice(0, 3)
    .map(({ number }) => ({ number, pattern: work.host.store.loadPattern(work.study.id, number) }));
}

/** Stores twins as candidates behind the plan's, audited like them. @returns their numbers, in order */
function storeTwins(work: ValidationWork, twins: ReturnType<typeof makeTwins>): number[] {
  const { host, study, settings, validation } = work;
  const { entries, metric } = problemOf(settings);
  const known = new Map(host.store.candidates(study).map(({ fingerprint, number }) => [fingerprint, number]));
  return twins.map((twin, place) => {
    const there = known.get(twin.fingerprint);
    if (there !== undefined) return there;
    const { score, other } = scoreBoth(twin.pattern, entries, metric);
    const audit = auditScore(
      twin.pattern,
      entries,
      score,
      Random.fromSeed(settings.seed).fork(validationStreams.twins, place),
    );
    if (!audit.agrees) throw new Error(`the audit of a twin's score failed: ${audit.message}`);
    const number = validation.planned.length + 1 + place;
    const candidate: NumberedCandidate = {
      ...{ number, fingerprint: twin.fingerprint, strategy: TWIN, family: `${TWIN}/${twin.base}`, island: 0, round: 2 },
      ...{ pattern: twin.pattern, scatter: score.scatter, vector: score.vector },
      ...{ otherScatter: other?.scatter ?? null, otherVector: other?.vector ?? null, ties: {}, audit: audit.audit },
    };
    const { evaluated, searchSeconds } = study;
    host.store.recordRound(study.id, {
      added: [candidate],
      evaluated: Math.max(evaluated, number),
      seconds: searchSeconds,
      checkpoint: null,
      rankingKey: rankingKeyOf(study),
    });
    return number;
  });
}

/** After a claim: trains twins and judges whether the windows matter. Null where none are wanted or possible, or when interrupted. */
export async function twinsPhase(
  work: ValidationWork,
  candidates: readonly CandidateRecord[],
  found: LinkFinding,
  decisive: QuestionFinding,
  dataset: Dataset,
): Promise<TwinsFinding | null> {
  const { settings, validation, host, emit, plan, study } = work;
  const { entries, metric } = problemOf(settings);
  const entry = inputEntry(entries, metric);
  if (!isClaim(found.verdict) || validation.twins === 0 || entry === null) return null;
  const random = Random.fromSeed(settings.seed);
  const twins = makeTwins(
    twinBases(work, candidates),
    validation.twins,
    entry,
    metric,
    random.fork(validationStreams.twins),
  );
  const numbers = storeTwins(work, twins);
  emit({ kind: 'phase', phase: 'twins', candidates: numbers });
  const meter = new TrainingProgressMeter({ trainings: numbers.length, epochs: plan.settings.epochs });
  const request = { plan, study: study.id, candidates: numbers, seeds: [1], dataset, meter };
  const { settingsDigest } = await trainingPhase(request, host, emit);
  if (host.signal.aborted) return null;
  const evaluations = new Map(
    host.store
      .evaluations(study.id, { settingsDigest })
      .filter(({ seed }) => seed === 1)
      .map((row) => [row.candidate, row]),
  );
  return judgeTwins(
    twins.map((twin, place) => ({
      base: twin.base,
      scatter: twin.input,
      accuracy: accuracyOf(evaluations.get(numbers[place])),
    })),
    {
      sign: decisive.answer === 'misleads' ? -1 : 1,
      range: validation.top - validation.randomLevel,
      margin: validation.margin,
      score: validation.score,
    },
    random.fork(validationStreams.twinsVerdict),
  );
}

/** As it is judged; null where the training did not finish. */
function accuracyOf(evaluation: EvaluationRecord | undefined): number | null {
  if (evaluation === undefined || evaluation.testAccuracy === null) return null;
  return scoreAsFraction(evaluation.testAccuracy, evaluation.score);
}
