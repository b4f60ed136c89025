import { failure, ScattershotError } from '../base/failure.ts';
import { gainUnit, isSameScore, type MaybeScore, type TrainingScore } from '../base/score.ts';
import type { Trainer } from '../training/trainer.ts';
import type { StudySettings } from './settings.ts';

/** "accuracy", "loss in nats, the lower the better" */
function describeScore(score: MaybeScore): string {
  if (score == null) return 'accuracy';
  const unit = score.unit === undefined ? '' : ` in ${score.unit}`;
  return `${score.name}${unit}, the ${score.better} the better`;
}

/**
 * Refuses a trainer that measures something else than a study was planned for, before it trains anything.
 * @param planned undefined: whatever it measures is well
 * @throws ScattershotError 'score-changed'
 */
export function requireScore({ runsOn }: Trainer, planned: TrainingScore | null | undefined): void {
  const told = runsOn.score ?? null;
  if (planned === undefined || isSameScore(told, planned)) return;
  const message = `the trainer measures ${describeScore(told)}; the study was planned for ${describeScore(planned)}`;
  throw new ScattershotError(
    failure('score-changed', message, 'Begin a new study: its rule is fixed before the first training.'),
  );
}

/**
 * A validation's settings with what its trainer measures. Half a point is what a difference of accuracy may be worth; of any other
 * score nobody but its user can say, so the margin must have been given.
 * @throws ScattershotError 'no-margin'
 */
export function withScore(settings: StudySettings, score: TrainingScore | null): StudySettings {
  const { validation } = settings;
  if (score === null || validation === undefined) return settings;
  if (validation.marginAsked !== true) {
    const message = `the trainer measures ${describeScore(score)}, of which no difference is known to be worth nothing`;
    const unit = gainUnit(score).trim();
    throw new ScattershotError(
      failure(
        'no-margin',
        message,
        `Run ${settings.kind} with --margin and the least difference that is worth something to you${unit === '' ? '' : `, in ${unit}`}.`,
      ),
    );
  }
  return { ...settings, validation: { ...validation, score } };
}
