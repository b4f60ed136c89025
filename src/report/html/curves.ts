import { mean } from 'simple-statistics';
import type { EvaluationRecord } from '../../store/index.ts';
import type { StudyReport } from '../../study/study-report.ts';

/** One epoch of one training, or of a mean over trainings; accuracy in per cent, another score as it was told. */
interface CurvePoint {
  readonly band: string;
  readonly epoch: number;
  readonly accuracy: number;
}

export interface Curves {
  /** a few single trainings */
  readonly runs: readonly (CurvePoint & { readonly run: number })[];
  readonly means: readonly CurvePoint[];
  /** names of the bands that have trainings, of lowest scatter first */
  readonly bands: readonly string[];
}

/** Single trainings and epochs that are drawn at most: the page must stay small. */
const MOST_RUNS = 45;
const MOST_EPOCHS = 60;

/** Trainings this near to the random level are about it. */
const NEAR = 0.03;

const BANDS = ['below the random level', 'about the random level', 'above the random level'] as const;

const bandOf = (scatter: number, randomLevel: number): string =>
  BANDS[scatter < randomLevel - NEAR ? 0 : scatter <= randomLevel + NEAR ? 1 : 2];

/** Evenly chosen, the first and the last among them. */
function thinned<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, index) => items[Math.round((index * (items.length - 1)) / (most - 1))]);
}

const hasCurve = ({ status, epochs }: EvaluationRecord) => status === 'finished' && epochs.length > 0;

/** Learning curves of the candidates' trainings, by where their scatter lies. */
export function curvesByScatter({ evaluations, candidates, randomLevel }: StudyReport): Curves {
  const scatters = new Map(candidates.map(({ record }) => [record.number, record.scatter]));
  const curves = evaluations.flatMap((evaluation) => {
    const scatter = scatters.get(evaluation.candidate);
    return scatter !== undefined && hasCurve(evaluation) ? [{ evaluation, band: bandOf(scatter, randomLevel) }] : [];
  });
  const all = [...new Set(curves.flatMap(({ evaluation }) => evaluation.epochs.map(({ epoch }) => epoch)))];
  const shown = new Set(
    thinned(
      all.sort((a, b) => a - b),
      MOST_EPOCHS,
    ),
  );
  const pointsOf = ({ evaluation, band }: (typeof curves)[number]): CurvePoint[] =>
    evaluation.epochs
      .filter(({ epoch }) => shown.has(epoch))
      .map(({ epoch, validationAccuracy }) => ({
        band,
        epoch,
        accuracy: (evaluation.score == null ? 100 : 1) * validationAccuracy,
      }));
  const bands = BANDS.filter((band) => curves.some((curve) => curve.band === band));
  const means = bands.flatMap((band) => {
    const own = curves.filter((curve) => curve.band === band).flatMap(pointsOf);
    return [...shown].flatMap((epoch) => {
      const values = own.filter((point) => point.epoch === epoch).map(({ accuracy }) => accuracy);
      return values.length === 0 ? [] : [{ band, epoch, accuracy: mean(values) }];
    });
  });
  const runs = thinned(curves, MOST_RUNS).flatMap((curve, run) => pointsOf(curve).map((point) => ({ ...point, run })));
  return { runs, means, bands };
}
