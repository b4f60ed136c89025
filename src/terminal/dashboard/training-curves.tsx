import { Box } from 'ink';
import { percent, textLength } from '../../report/format.ts';
import { commonScale, type Scale, sparkline } from '../sparkline.ts';
import type { Theme } from '../theme.ts';
import type { TrainingJobState } from '../training-state.ts';
import { Line, type PanelProps, type Segment, Title } from './line.tsx';

export interface TrainingCurvesProps extends PanelProps {
  readonly jobs: readonly TrainingJobState[];
  /** epochs of a whole training; null where not known */
  readonly epochs: number | null;
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

function statusSegment(job: TrainingJobState, epochs: number | null): Segment {
  if (job.status === 'running') {
    return { text: `epoch ${job.curve.length}${epochs === null ? '' : `/${epochs}`}`, tone: 'quiet' };
  }
  if (job.status === 'finished') return { text: `test ${percent(job.testAccuracy)}`, tone: 'good' };
  return { text: job.reason === null ? job.status : `${job.status}: ${job.reason}`, tone: 'alert' };
}

const STATUS_WIDTH = 13;
const LONGEST_CURVE = 60;

interface CurveLineProps {
  readonly job: TrainingJobState;
  readonly labelWidth: number;
  readonly scale: Scale;
  readonly epochs: number | null;
  readonly width: number;
  readonly theme: Theme;
}

const labelOf = (job: TrainingJobState) => `#${job.candidate} seed ${job.seed}`;

function CurveLine({ job, labelWidth, scale, epochs, width, theme }: CurveLineProps) {
  const latest = percent(job.curve.at(-1) ?? null).padStart(7);
  const room = Math.min(LONGEST_CURVE, epochs ?? LONGEST_CURVE, width - labelWidth - latest.length - STATUS_WIDTH - 4);
  const curve = room >= 3 ? ` ${sparkline(job.curve, room, scale, theme).padEnd(room)} ` : ' ';
  return (
    <Line
      segments={[
        { text: labelOf(job).padEnd(labelWidth) },
        { text: curve, tone: 'accent' },
        { text: `${latest}  ` },
        statusSegment(job, epochs),
      ]}
      width={width}
      theme={theme}
    />
  );
}

/** Validation accuracy by epoch, a line a training, all on one scale. */
export function TrainingCurves({ jobs, epochs, width, height, theme }: TrainingCurvesProps) {
  const shown = shownJobs(jobs, height - 1);
  const scale = commonScale(shown.map((job) => job.curve));
  const range = scale === null ? '' : `, ${percent(scale.low, 0)} to ${percent(scale.high, 0)}`;
  const labelWidth = Math.max(0, ...shown.map((job) => textLength(labelOf(job))));
  return (
    <Box flexDirection="column">
      <Title text={`Validation accuracy by epoch${range}`} width={width} theme={theme} />
      {shown.map((job) => (
        <CurveLine
          key={labelOf(job)}
          job={job}
          labelWidth={labelWidth}
          scale={scale ?? { low: 0, high: 1 }}
          epochs={epochs}
          width={width}
          theme={theme}
        />
      ))}
    </Box>
  );
}
