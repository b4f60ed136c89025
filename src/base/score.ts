/** What a training is judged by, where it is not accuracy: a trainer of a user's own may measure something else. */
export interface TrainingScore {
  /** "perplexity", "mean IoU", … */
  readonly name: string;
  /** "dB", "%", …; absent: a bare number */
  readonly unit?: string | undefined;
  readonly better: 'higher' | 'lower';
}

/** Null or absent: accuracy, a fraction. */
export type MaybeScore = TrainingScore | null | undefined;

/** "accuracy", to begin a sentence or a heading with. */
export const scoreTitle = (score: MaybeScore): string => {
  const name = scoreName(score);
  return name.slice(0, 1).toUpperCase() + name.slice(1);
};

/** "the most accurate", "the best perplexity" */
export const bestOf = (score: MaybeScore): string => (score == null ? 'most accurate' : `best ${score.name}`);

export const scoreName = (score: MaybeScore): string => score?.name ?? 'accuracy';

/** Of a gain or a margin, to stand after a number: " points" of accuracy, " dB", or nothing. */
export function gainUnit(score: MaybeScore): string {
  if (score == null) return ' points';
  return score.unit === undefined || score.unit === '' ? '' : ` ${score.unit}`;
}

/** For an axis: "accuracy, %", "loss, nats", "perplexity". */
export const scoreAxis = (score: MaybeScore): string =>
  score == null ? 'accuracy, %' : `${score.name}${score.unit === undefined ? '' : `, ${score.unit}`}`;

/** Of gains, for an axis: "accuracy points", "loss in nats", "perplexity". */
export const gainTitle = (score: MaybeScore): string =>
  score == null ? 'accuracy points' : `${score.name}${score.unit === undefined ? '' : ` in ${score.unit}`}`;

/** To stand alone, in a heading: "points", "dB", "perplexity". */
export const gainUnitName = (score: MaybeScore): string => gainUnit(score).trim() || scoreName(score);

/**
 * A value as statistics take it: the higher the better, and a difference of .01 is 1 of what gains and margins are told in (a point
 * of accuracy, else the score's own unit).
 */
export function scoreAsFraction(value: number, score: MaybeScore): number {
  if (score == null) return value;
  return (score.better === 'lower' ? -value : value) / 100;
}

/** Positive where the first is the better. */
export const compareScores = (a: number, b: number, score: MaybeScore): number =>
  score?.better === 'lower' ? b - a : a - b;

export const isSameScore = (a: MaybeScore, b: MaybeScore): boolean =>
  a?.name === b?.name && a?.unit === b?.unit && a?.better === b?.better;
