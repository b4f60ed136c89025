import { plural } from '../../base/plural.ts';
import { percent, shortNumber, textLength, timeLeft } from '../../report/format.ts';
import type { DashboardState } from '../dashboard-state.ts';
import type { Line, PanelSpace } from '../lines.ts';
import { progressShare } from '../search-state.ts';
import { bar } from '../sparkline.ts';
import { glyphs, type Theme } from '../theme.ts';
import type { TrainingState } from '../training-state.ts';

export interface ProgressProps extends PanelSpace {
  readonly state: DashboardState;
}

interface Meter {
  readonly name: string;
  /** null where the end is not known */
  readonly share: number | null;
  readonly summary: string;
  readonly detail: string;
}

const joined = (parts: readonly string[], theme: Theme) => parts.join(` ${glyphs(theme).separator} `);

function searchMeter(state: DashboardState, theme: Theme): Meter | null {
  const { progress, pace, swapsPerSecond } = state.search;
  if (progress === null) return null;
  const budget = state.study?.settings.budget ?? null;
  const searching = state.phase === null || (state.phase.phase === 'search' && state.end === null);
  const duplicates = plural(progress.duplicates, 'duplicate');
  const { candidatesPerSecond = null, secondsLeft = null } = pace ?? {};
  const parts = searching
    ? [
        ...(secondsLeft === null ? [] : [timeLeft(secondsLeft)]),
        ...(candidatesPerSecond === null ? [] : [`${shortNumber(candidatesPerSecond)} candidates/s`]),
        ...(swapsPerSecond ? [`${shortNumber(swapsPerSecond)} swaps/s`] : []),
        duplicates,
      ]
    : [duplicates, `${shortNumber(progress.swaps)} swaps`];
  const share = progressShare(progress, budget);
  const of = budget?.kind === 'candidates' ? `${progress.evaluated} of ` : '';
  const summary = of + plural(budget?.kind === 'candidates' ? budget.candidates : progress.evaluated, 'candidate');
  return { name: 'Search', share, summary, detail: joined(parts, theme) };
}

/** How many trainings ended how, beside those that finished as they should. */
function endings({ jobs }: TrainingState): readonly string[] {
  const count = (status: string) => jobs.filter((job) => job.status === status).length;
  return (['running', 'waiting', 'diverged', 'stopped', 'failed'] as const)
    .map((status) => [count(status), status] as const)
    .filter(([number]) => number > 0)
    .map(([number, status]) => `${number} ${status}`);
}

function trainMeter({ selection, training, outlook }: DashboardState, theme: Theme): Meter | null {
  if (selection === null && outlook === null && training.jobs.length === 0) return null;
  const chosen = selection === null ? training.jobs.length : selection.candidates.length * selection.seeds;
  const most = outlook?.mayEndEarlier === true ? 'at most ' : '';
  const parts = [
    ...(outlook?.secondsLeft == null || outlook.share >= 1 ? [] : [most + timeLeft(outlook.secondsLeft)]),
    ...endings(training),
    ...(outlook?.epochsPerSecond == null ? [] : [`${shortNumber(outlook.epochsPerSecond)} epochs/s`]),
    ...(training.samplesPerSecond === null ? [] : [`${shortNumber(training.samplesPerSecond)} samples/s each`]),
  ];
  const { ended = training.ended, planned = chosen, share = null } = outlook ?? {};
  return {
    name: 'Train',
    share,
    summary: `${ended} of ${most}${plural(planned, 'training')}`,
    detail: joined(parts, theme),
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

function meterLine(meter: Meter, barWidth: number, theme: Theme): Line {
  const drawn = meter.share !== null && barWidth >= 4 ? bar(meter.share, barWidth, theme) : '';
  return [
    { text: meter.name.padEnd(NAME_WIDTH), tone: 'title' },
    { text: drawn, tone: 'accent' },
    { text: meterText(meter) },
  ];
}

/** A bar for the search and, once there is any, for the training; below them, if there is a line left, the latter's detail. */
export function progressLines({ state, width, height, theme }: ProgressProps): readonly Line[] {
  const meters = progressMeters(state, theme);
  const latest = meters.at(-1);
  if (latest === undefined) return [[{ text: 'waiting', tone: 'quiet' }]];
  const shown = meters.slice(-height);
  const room = Math.min(...shown.map((meter) => width - NAME_WIDTH - textLength(meterText(meter))));
  const detail: Line = [{ text: ' '.repeat(NAME_WIDTH) + latest.detail, tone: 'quiet' }];
  return [
    ...shown.map((meter) => meterLine(meter, Math.min(LONGEST_BAR, room), theme)),
    ...(height > shown.length ? [detail] : []),
  ];
}
