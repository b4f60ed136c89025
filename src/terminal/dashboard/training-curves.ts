import { scoreValueText } from '../../base/number-text.ts';
import { type MaybeScore, scoreName } from '../../base/score.ts';
import { textLength } from '../../report/format.ts';
import { type Line, type PanelSpace, type Segment, titleLine } from '../lines.ts';
import { commonScale, type Scale, sparkline } from '../sparkline.ts';
import type { Theme } from '../theme.ts';
import type { TrainingJobState } from '../training-state.ts';

export interface TrainingCurvesProps extends PanelSpace {
  readonly jobs: readonly TrainingJobState[];
  /** epochs of a whole training; null where not known */
  readonly epochs: number | null;
  /** what stands for accuracy; absent: accuracy */
  readonly score?: MaybeScore;
}

/** Running ones first, in a fixed order, so that lines do not jump; then the rest, latest first. */
function shownJobs(jobs: readonly TrainingJobState[], count: number): readonly TrainingJobState[] {
  const running = jobs.filter((job) => job.status === 'running');
  const ended = jobs.filter((job) => job.status !== 'running').reverse();
  return [...running.sort((a, b) => a.candidate - b.candidate || a.seed - b.seed), ...ended].slice(
    0,
    Math.max(0, count),
  );
}

function statusSegment(job: TrainingJobState, epochs: number | null, score: MaybeScore): Segment {
  if (job.status === 'running') {
    return { text: `epoch ${job.curve.length}${epochs === null ? '' : `/${epochs}`}`, tone: 'quiet' };
  }
  if (job.status === 'waiting') return { text: 'waiting', tone: 'quiet' };
  if (job.status === 'finished') return { text: `test ${scoreValueText(job.testAccuracy, score)}`, tone: 'good' };
  return { text: job.reason === null ? job.status : `${job.status}: ${job.reason}`, tone: 'alert' };
}

const STATUS_WIDTH = 13;
const LONGEST_CURVE = 60;

interface CurveLineProps {
  readonly job: TrainingJobState;
  readonly labelWidth: number;
  readonly scale: Scale;
  readonly epochs: number | null;
  readonly score: MaybeScore;
  readonly width: number;
  readonly theme: Theme;
}

const labelOf = (job: TrainingJobState) => `#${job.candidate} seed ${job.seed}`;

function curveLine({ job, labelWidth, scale, epochs, score, width, theme }: CurveLineProps): Line {
  const latest = scoreValueText(job.curve.at(-1) ?? null, score).padStart(7);
  const room = Math.min(LONGEST_CURVE, epochs ?? LONGEST_CURVE, width - labelWidth - latest.length - STATUS_WIDTH - 4);
  const curve = room >= 3 ? ` ${sparkline(job.curve, room, scale, theme).padEnd(room)} ` : ' ';
  return [
    { text: labelOf(job).padEnd(labelWidth) },
    { text: curve, tone: 'accent' },
    { text: `${latest}  ` },
    statusSegment(job, epochs, score),
  ];
}

/** Validation accuracy by epoch, a line a training, all on one scale. */
export function trainingLines({ jobs, epochs, score, width, height, theme }: TrainingCurvesProps): readonly Line[] {
  const shown = shownJobs(jobs, height - 1);
  const common = commonScale(shown.map((job) => job.curve));
  const range =
    common === null ? '' : `, ${scoreValueText(common.low, score, 0)} to ${scoreValueText(common.high, score, 0)}`;
  const labelWidth = Math.max(0, ...shown.map((job) => textLength(labelOf(job))));
  const scale = common ?? { low: 0, high: 1 };
  return [
    titleLine(`Validation ${scoreName(score)} by epoch${range}`, width, theme),
    ...shown.map((job) => curveLine({ job, labelWidth, scale, epochs, score, width, theme })),
  ];
}
