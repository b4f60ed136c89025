import { mean, sampleStandardDeviation } from 'simple-statistics';
import { plural } from '../base/plural.ts';
import { type MaybeScore, scoreName } from '../base/score.ts';
import type { TrainOneReport, TrainOneRun } from '../study/train-one.ts';
import { sharedFrontText } from '../training/frozen-front/shared-front.ts';
import { heading, meanAndSpread, paragraph, scoreValueText, shortNumber, type TextOptions } from './format.ts';
import { type Column, tableLines } from './table.ts';

interface EpochRow {
  readonly run: TrainOneRun;
  readonly epoch: number;
  readonly last: boolean;
}

/** Epochs worth a line: first, last and three between, evenly spread. */
function briefEpochs(run: TrainOneRun): EpochRow[] {
  const count = run.epochs.length;
  const picked = [0, 1, 2, 3, 4].map((step) => Math.round((step * (count - 1)) / 4));
  const unique = count === 0 ? [] : [...new Set(picked)];
  return unique.map((index) => ({ run, epoch: index + 1, last: index === count - 1 }));
}

const lossText = (loss: number) => (Number.isFinite(loss) ? loss.toFixed(4) : 'not finite');

const epochColumns = (score: MaybeScore): readonly Column<EpochRow>[] => [
  { title: 'seed', align: 'right', priority: 0, text: ({ run }) => String(run.seed) },
  { title: 'epoch', align: 'right', priority: 0, text: ({ epoch }) => String(epoch) },
  { title: 'loss', align: 'right', priority: 2, text: ({ run, epoch }) => lossText(run.epochs[epoch - 1].loss) },
  {
    title: 'training',
    align: 'right',
    priority: 1,
    text: ({ run, epoch }) => scoreValueText(run.epochs[epoch - 1].accuracy, score),
  },
  {
    title: 'validation',
    align: 'right',
    priority: 0,
    text: ({ run, epoch }) => scoreValueText(run.epochs[epoch - 1].validationAccuracy, score),
  },
  {
    title: 'test',
    align: 'right',
    priority: 0,
    text: ({ run, last }) => (last ? scoreValueText(run.testAccuracy, score, 2) : ''),
  },
];

/** Last and best epochs of the finished runs side by side, where both are known. */
function validationLine(runs: readonly TrainOneRun[], score: MaybeScore): string | null {
  const finished = runs.filter((run) => run.testAccuracy !== null);
  const best = finished.flatMap(({ bestValidation }) => bestValidation?.validationAccuracy ?? []);
  const last = finished.flatMap(({ epochs }) => epochs.at(-1)?.validationAccuracy ?? []);
  if (best.length === 0 || best.length !== last.length) return null;
  const [one] = finished;
  const when = finished.length === 1 ? ` (epoch ${one.bestValidation?.epoch})` : '';
  return `Validation ${scoreName(score)} ${scoreValueText(mean(last), score, 2)} at the last epoch, ${scoreValueText(mean(best), score, 2)} at the best${when}; the test split is taken at the last`;
}

interface Ran extends Pick<TrainOneRun, 'samplesPerSecond'> {
  readonly engine: string | null;
  readonly backend: string | null;
  readonly device: string | null;
}

function ranText({ engine, backend, device, samplesPerSecond }: Ran): string {
  const speed = samplesPerSecond === null ? '' : `, ${shortNumber(samplesPerSecond)} samples/s`;
  return `by ${engine} on ${backend} (${device})${speed}`;
}

/** What ran, once if it is the same for all runs, else by run; then how many runs were trained before. */
function ranLines(report: TrainOneReport, options: TextOptions): string[] {
  const { engine, backend, device, runs, trainedBefore } = report;
  const sameForAll = engine !== null && backend !== null && device !== null;
  const lines = sameForAll
    ? [`Trained ${ranText(report)}`]
    : runs.map((run) => `Seed ${run.seed} was trained ${ranText(run)}`);
  const before =
    trainedBefore > 0
      ? [`${trainedBefore} of ${plural(runs.length, 'run')} ${trainedBefore === 1 ? 'was' : 'were'} trained before`]
      : [];
  const { sharedFront } = report;
  const front =
    sharedFront === null ? [] : [`These runs trained the connected layers alone, on a ${sharedFrontText(sharedFront)}`];
  return [...lines, ...front, ...before].flatMap((line) => paragraph(line, options));
}

/** What really ran, a brief table of epochs by seed, runs that did not finish with their reason, and the mean. */
export function trainText(report: TrainOneReport, options: TextOptions): string {
  const { score } = report;
  const lines = [
    ...ranLines(report, options),
    '',
    ...tableLines(epochColumns(score), report.runs.flatMap(briefEpochs), options),
    '',
  ];
  for (const run of report.runs) {
    if (run.testAccuracy !== null) continue;
    const reason = run.reason ? `: ${run.reason}` : '';
    lines.push(...paragraph(`Seed ${run.seed} ${run.status}${reason}`, options));
  }
  const validation = validationLine(report.runs, score);
  if (validation !== null) lines.push(...paragraph(validation, options));
  const finished = report.runs.map((run) => run.testAccuracy).filter((accuracy) => accuracy !== null);
  const sd = finished.length < 2 ? null : sampleStandardDeviation(finished);
  const spread = meanAndSpread(report.testAccuracy, sd, options, score);
  const seeds = plural(finished.length, 'seed');
  const what = finished.length > 1 ? 'mean and standard deviation' : 'mean';
  const { diverged } = report;
  const others = diverged === 0 ? '' : ` that finished; ${plural(diverged, 'seed')} diverged`;
  const result = paragraph(`Test ${scoreName(score)} ${spread} (${what} over ${seeds}${others})`, options);
  lines.push(...result.map((line) => heading(line, options.color)));
  return `${lines.join('\n')}\n`;
}
