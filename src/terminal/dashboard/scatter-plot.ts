import { sampleRankCorrelation } from 'simple-statistics';
import { scoreValueText } from '../../base/number-text.ts';
import { plural } from '../../base/plural.ts';
import { type MaybeScore, scoreTitle } from '../../base/score.ts';
import { fraction } from '../../report/format.ts';
import type { DashboardState } from '../dashboard-state.ts';
import { dotLines } from '../dots.ts';
import { type Line, type PanelSpace, titleLine } from '../lines.ts';
import { commonScale, type Scale } from '../sparkline.ts';
import { meanAccuracies } from '../training-state.ts';

export interface ScatterPlotProps extends PanelSpace {
  readonly points: readonly AccuracyPoint[];
  /** what stands for accuracy; absent: accuracy */
  readonly score?: MaybeScore;
}

/** A trained candidate: its S, and its mean test accuracy over the seeds so far. */
export interface AccuracyPoint {
  readonly scatter: number;
  readonly accuracy: number;
}

/** Every candidate with a finished training, by number. */
export function accuracyPoints({ selection, kept, training }: DashboardState): readonly AccuracyPoint[] {
  const accuracies = meanAccuracies(training);
  const known = new Map([...kept, ...(selection?.candidates ?? [])].map(({ number, scatter }) => [number, scatter]));
  return [...accuracies]
    .sort(([a], [b]) => a - b)
    .flatMap(([number, accuracy]) => {
      const scatter = known.get(number);
      return scatter === undefined ? [] : [{ scatter, accuracy }];
    });
}

/** Fewer points give no correlation worth a number. */
const LEAST_POINTS = 4;

/** Spearman's rank correlation; null for too few points, and where one side does not vary. */
function rankCorrelation(points: readonly AccuracyPoint[]): number | null {
  if (points.length < LEAST_POINTS) return null;
  const scatters = points.map(({ scatter }) => scatter);
  const accuracies = points.map(({ accuracy }) => accuracy);
  const varies = (values: readonly number[]) => new Set(values).size > 1;
  return varies(scatters) && varies(accuracies) ? sampleRankCorrelation(scatters, accuracies) : null;
}

const LABEL = 8;
const MOST_WIDTH = 100;

const share = (value: number, { low, high }: Scale) => (high > low ? (value - low) / (high - low) : 0.5);

function plotLine(label: string, dots: string): Line {
  if (label === '' && dots === '') return [];
  return [
    { text: `${label.padStart(LABEL - 1)} `, tone: 'quiet' },
    ...(dots === '' ? [] : [{ text: dots, tone: 'accent' as const }]),
  ];
}

/** Scatter and accuracy of what is trained so far, with the correlation of all points, which is no verdict: that goes by families. */
export function scatterPlotLines({ points, score, width, height, theme }: ScatterPlotProps): readonly Line[] {
  const correlation = rankCorrelation(points);
  const rank = correlation === null ? '' : `, rank correlation ${correlation.toFixed(2)} so far`;
  const title = titleLine(
    `${scoreTitle(score)} by scatter: ${plural(points.length, 'candidate')}${rank}`,
    width,
    theme,
  );
  const rows = height - 2;
  const columns = Math.min(MOST_WIDTH, width - LABEL);
  const across = commonScale([points.map(({ scatter }) => scatter)]);
  const up = commonScale([points.map(({ accuracy }) => accuracy)]);
  if (rows < 1 || columns < 8 || across === null || up === null) return [title];
  const dots = dotLines(
    points.map(({ scatter, accuracy }) => ({ x: share(scatter, across), y: share(accuracy, up) })),
    ...([columns, rows, theme.unicode] as const),
  );
  const label = (row: number) => {
    if (row === 0) return scoreValueText(up.high, score);
    return row === rows - 1 ? scoreValueText(up.low, score) : '';
  };
  const [low, high] = [`S ${fraction(across.low)}`, fraction(across.high)];
  return [
    title,
    ...dots.map((text, row) => plotLine(label(row), text)),
    [{ text: ' '.repeat(LABEL) + low + high.padStart(Math.max(high.length + 1, columns - low.length)), tone: 'quiet' }],
  ];
}
