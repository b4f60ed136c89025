import { Box } from 'ink';
import { plural } from '../../base/plural.ts';
import { clockTime, percent, shortNumber, textLength } from '../../report/format.ts';
import type { DashboardState } from '../dashboard-state.ts';
import { progressShare, searchLeftMs } from '../search-state.ts';
import { bar } from '../sparkline.ts';
import { glyphs, type Theme } from '../theme.ts';
import { trainingShare } from '../training-state.ts';
import { Line, type PanelProps } from './line.tsx';

export interface ProgressProps extends PanelProps {
  readonly state: DashboardState;
}

interface Meter {
  readonly name: string;
  /** null where the end is not known */
  readonly share: number | null;
  readonly summary: string;
  readonly detail: string;
}

const leftText = (leftMs: number | null) => (leftMs === null ? [] : [`${clockTime(leftMs)} left`]);

function searchMeter(state: DashboardState, theme: Theme): Meter | null {
  const { progress, candidatesPerSecond, swapsPerSecond } = state.search;
  if (progress === null) return null;
  const searching = state.phase === null || (state.phase.phase === 'search' && state.end === null);
  const rates = [
    ...(candidatesPerSecond === null ? [] : [`${shortNumber(candidatesPerSecond)} candidates/s`]),
    ...(swapsPerSecond ? [`${shortNumber(swapsPerSecond)} swaps/s`] : []),
  ];
  const duplicates = plural(progress.duplicates, 'duplicate');
  const left = leftText(searchLeftMs(state.search, state.study?.settings.budget ?? null));
  return {
    name: 'Search',
    share: progressShare(progress, state.study?.settings.budget ?? null),
    summary: plural(progress.evaluated, 'candidate'),
    detail: (searching ? [...left, ...rates, duplicates] : [duplicates, `${shortNumber(progress.swaps)} swaps`]).join(
      ` ${glyphs(theme).separator} `,
    ),
  };
}

/** At the pace so far; null until there is a pace, and when nothing is left. */
function trainingLeftMs({ atMs, training }: DashboardState, share: number | null): number | null {
  if (share === null || training.sinceMs === null || share < 0.01 || share >= 1) return null;
  return ((atMs - training.sinceMs) * (1 - share)) / share;
}

function trainMeter(state: DashboardState, theme: Theme): Meter | null {
  const { selection, training } = state;
  if (selection === null && training.jobs.length === 0) return null;
  const jobs = selection === null ? training.jobs.length : selection.candidates.length * selection.seeds;
  const count = (status: string) => training.jobs.filter((job) => job.status === status).length;
  const counts = (['running', 'finished', 'diverged', 'stopped', 'failed'] as const)
    .map((status) => [count(status), status] as const)
    .filter(([number]) => number > 0)
    .map(([number, status]) => `${number} ${status}`);
  const share = selection === null ? null : trainingShare(training, jobs, selection.epochs);
  const parts = [...leftText(trainingLeftMs(state, share)), ...counts];
  if (training.samplesPerSecond !== null) parts.push(`${shortNumber(training.samplesPerSecond)} samples/s`);
  return {
    name: 'Train',
    share,
    summary: `${training.ended} of ${jobs} trainings`,
    detail: parts.join(` ${glyphs(theme).separator} `),
  };
}

function progressMeters(state: DashboardState, theme: Theme): readonly Meter[] {
  return [searchMeter(state, theme), trainMeter(state, theme)].filter((meter) => meter !== null);
}

/** Lines that the panel would like: a bar each, and the detail of the latest. */
export const progressHeight = (state: DashboardState, theme: Theme): number => 1 + progressMeters(state, theme).length;

const NAME_WIDTH = 8;
const LONGEST_BAR = 50;

/** Rounded down: 99.9 % is not all. */
const meterText = ({ share, summary }: Meter) =>
  `${share === null ? '' : percent(Math.floor(100 * share) / 100, 0).padStart(6)}  ${summary}`;

interface MeterLineProps {
  readonly meter: Meter;
  readonly barWidth: number;
  readonly width: number;
  readonly theme: Theme;
}

function MeterLine({ meter, barWidth, width, theme }: MeterLineProps) {
  const drawn = meter.share !== null && barWidth >= 4 ? bar(meter.share, barWidth, theme) : '';
  return (
    <Line
      segments={[
        { text: meter.name.padEnd(NAME_WIDTH), tone: 'title' },
        { text: drawn, tone: 'accent' },
        { text: meterText(meter) },
      ]}
      width={width}
      theme={theme}
    />
  );
}

/** A bar for the search and, once there is any, for the training; below them, if there is a line left, the latter's detail. */
export function Progress({ state, width, height, theme }: ProgressProps) {
  const meters = progressMeters(state, theme);
  const latest = meters.at(-1);
  if (latest === undefined) return <Line segments={[{ text: 'waiting', tone: 'quiet' }]} width={width} theme={theme} />;
  const shown = meters.slice(-height);
  const room = Math.min(...shown.map((meter) => width - NAME_WIDTH - textLength(meterText(meter))));
  const detail = ' '.repeat(NAME_WIDTH) + latest.detail;
  return (
    <Box flexDirection="column">
      {shown.map((meter) => (
        <MeterLine key={meter.name} meter={meter} barWidth={Math.min(LONGEST_BAR, room)} width={width} theme={theme} />
      ))}
      {height > shown.length && <Line segments={[{ text: detail, tone: 'quiet' }]} width={width} theme={theme} />}
    </Box>
  );
}
