import { scoreValueText } from '../../../base/number-text.ts';
import { scoreName } from '../../../base/score.ts';
import {
  fraction,
  MISSING,
  MOST_PARAGRAPH,
  meanAndSpread,
  printable,
  shortNumber,
  textLength,
  wrapText,
} from '../../../report/format.ts';
import type { CandidateFacts, EntryFacts } from '../../../study/candidate-facts.ts';
import { type BestEpoch, bestEpochOf } from '../../../training/trainer.ts';
import type { Line } from '../../lines.ts';
import { bar, commonScale, sparkline } from '../../sparkline.ts';
import type { Theme } from '../../theme.ts';
import { cell, plainLine } from '../cells.ts';
import { pictureLines, regionOf, regionText } from '../picture.ts';
import { picturesOf } from '../pictures.ts';
import type { DetailLevel } from '../state.ts';
import { simpleTable } from './simple-table.ts';

export interface PageSize {
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
}

const LABELS = 14;

/** "S             0.9123" */
const labelled = (label: string, text: string, theme: Theme): Line => [
  { text: cell(label, LABELS, 'left', theme), tone: 'quiet' },
  { text: ` ${text}` },
];

/** "61.23 % ± 0.41, 95 % interval 60.20 % to 62.30 %, 3 seeds" */
function accuracyText({ candidate, interval, judgedBy }: CandidateFacts, theme: Theme): string {
  const { accuracy, diverged } = candidate;
  const failed = diverged === 0 ? '' : `; ${diverged} diverged`;
  if (accuracy === null) return `not trained${failed}`;
  const shown = meanAndSpread(accuracy.mean, accuracy.sd, { width: 0, color: false, unicode: theme.unicode }, judgedBy);
  const range =
    interval === null
      ? ''
      : `, 95 % interval ${scoreValueText(interval.low, judgedBy, 2)} to ${scoreValueText(interval.high, judgedBy, 2)}`;
  return `${shown}${range}, ${accuracy.n} ${accuracy.n === 1 ? 'seed' : 'seeds'}${failed}`;
}

/** "0.66 [####....] 1.00": where a value lies between the random level and the bound. */
function entryLine(entry: EntryFacts, random: number | null, width: number, theme: Theme): Line {
  const { key, value, bound, vacuous } = entry;
  const label = cell(key, LABELS, 'left', theme);
  const shown = fraction(value);
  if (vacuous)
    return [
      { text: label, tone: 'quiet' },
      { text: ` ${shown}  1 for every pattern`, tone: 'quiet' },
    ];
  const low = random === null ? MISSING : fraction(random, 3);
  const ends = [` ${shown}  ${cell(low, 5, 'right', theme)} [`, `] ${fraction(bound, 3)}`];
  const room = Math.max(4, Math.min(60, width - LABELS - textLength(ends.join('')) - 10));
  const from = random ?? 0;
  const share = bound > from ? (value - from) / (bound - from) : 1;
  const isBest = value >= bound - 1e-12;
  const note = isBest ? ' at bound' : share < 0 ? ' below' : '';
  return [
    { text: label, tone: 'quiet' },
    { text: ends[0] },
    { text: bar(isBest ? 1 : share, room, theme), tone: isBest ? 'good' : 'accent' },
    { text: ends[1] },
    { text: note, tone: isBest ? 'good' : 'alert' },
  ];
}

function scatterLines(facts: CandidateFacts, { analysis }: DetailLevel, { width, theme }: PageSize): readonly Line[] {
  const { candidate, entries, bound, certificate, invariant, metric } = facts;
  const random =
    analysis === null ? 'being measured' : analysis.randomScatter === null ? MISSING : fraction(analysis.randomScatter);
  const proxies = analysis?.proxies ?? [];
  return [
    labelled(
      'S',
      `${fraction(candidate.scatter)} (${metric}); bound ${fraction(bound)}${certificate === null ? '' : ', optimal'}; random ${random}`,
      theme,
    ),
    labelled('other metric', fraction(candidate.otherScatter), theme),
    labelled('invariant', fraction(invariant), theme),
    labelled(scoreName(facts.judgedBy), accuracyText(facts, theme), theme),
    [],
    [
      { text: cell('entry', LABELS, 'left', theme), tone: 'title' },
      { text: ' value   random level to bound', tone: 'title' },
    ],
    ...entries.map((entry, index) => entryLine(entry, analysis?.random?.[index] ?? null, width, theme)),
    [],
    plainLine(
      analysis === null ? 'Proxies are being measured' : 'Proxies, which end is said to be better, unit',
      'title',
    ),
    ...proxies.map(({ name, value, better, unit, reason }) =>
      labelled2(
        name,
        value === null
          ? `${MISSING}  ${reason ?? ''}`
          : `${cell(shortNumber(value), 9, 'right', theme)}  ${better}; ${unit}`,
        theme,
      ),
    ),
  ];
}

const labelled2 = (label: string, text: string, theme: Theme): Line => [
  { text: cell(label, 24, 'left', theme), tone: 'quiet' },
  { text: ` ${text}` },
];

function curveLines({ runs, judgedBy }: CandidateFacts, { width, theme }: PageSize): readonly Line[] {
  const drawn = runs.filter(({ epochs }) => epochs.length > 1);
  const room = Math.max(8, Math.floor((width - 42) / 2));
  const [losses, accuracies] = [
    commonScale(drawn.map(({ epochs }) => epochs.map(({ loss }) => loss))),
    commonScale(drawn.map(({ epochs }) => epochs.map(({ validationAccuracy }) => validationAccuracy))),
  ];
  if (drawn.length === 0 || losses === null || accuracies === null) return [];
  const lines = drawn.map(({ seed, epochs }): Line => {
    const last = epochs[epochs.length - 1];
    const loss = sparkline(
      epochs.map((epoch) => epoch.loss),
      room,
      losses,
      theme,
    );
    const validation = sparkline(
      epochs.map((epoch) => epoch.validationAccuracy),
      room,
      accuracies,
      theme,
    );
    return [
      { text: `${cell(String(seed), 6, 'right', theme)}  ` },
      { text: cell(loss, room, 'left', theme), tone: 'alert' },
      { text: ` ${cell(fraction(last.loss, 3), 7, 'right', theme)}  ` },
      { text: cell(validation, room, 'left', theme), tone: 'good' },
      { text: ` ${scoreValueText(last.validationAccuracy, judgedBy, 2)}` },
    ];
  });
  const heading = `${cell('seed', 6, 'right', theme)}  ${cell('loss by epoch', room + 8, 'left', theme)}  validation ${scoreName(judgedBy)}`;
  return [[], plainLine(heading, 'title'), ...lines];
}

const isMeasured = ({ validationAccuracy }: BestEpoch) => Number.isFinite(validationAccuracy);

function trainingLines(facts: CandidateFacts, size: PageSize): readonly Line[] {
  const { runs, settingsDigest } = facts;
  if (runs.length === 0) return [plainLine('It was never trained. Press t to train it.', 'quiet')];
  // Why a training failed stands before what all of them have in common, which a narrow screen cuts.
  const isTroubled = runs.some(({ reason }) => reason !== null);
  const rows = runs.map((run) => [
    String(run.seed),
    run.status === 'finished' && run.settingsDigest !== settingsDigest ? 'finished, other settings' : run.status,
    ...(isTroubled ? [run.reason ?? ''] : []),
    scoreValueText(run.testAccuracy, run.score, 2),
    scoreValueText(bestEpochOf(run.epochs.filter(isMeasured), run.score)?.validationAccuracy ?? null, run.score, 2),
    String(run.epochs.length),
    shortNumber(run.samplesPerSecond),
    `${run.engine}, ${run.backend}`,
    run.device,
  ]);
  const why = isTroubled ? ['why'] : [];
  const titles = ['seed', 'state', ...why, 'test', 'best valid.', 'epochs', 'samples/s', 'engine', 'device'];
  const texts = ['state', 'why', 'engine', 'device'];
  const aligns = titles.map((title) => (texts.includes(title) ? 'left' : 'right'));
  return [
    labelled(scoreName(facts.judgedBy), accuracyText(facts, size.theme), size.theme),
    [],
    ...simpleTable(titles, rows, aligns, size.theme),
    ...curveLines(facts, size),
  ];
}

/** What made a candidate and its trainings. */
export function originFacts(facts: CandidateFacts): readonly (readonly [string, string])[] {
  const { candidate, architecture, metric, study, runs } = facts;
  const [run] = runs;
  const settings = Object.entries((run?.trainingSettings ?? {}) as Readonly<Record<string, unknown>>);
  return [
    ['study', study],
    ['candidate', String(candidate.number)],
    ['fingerprint', candidate.fingerprint],
    ['architecture', architecture],
    ['metric', metric],
    ['strategy', candidate.strategy],
    ['family', candidate.family],
    ['island', String(candidate.island)],
    ['round', String(candidate.round)],
    ['audit', candidate.audit],
    ['created', candidate.createdAt],
    ...Object.entries(candidate.ties).map(([name, value]) => [name, value === null ? MISSING : String(value)] as const),
    ...(run === undefined
      ? []
      : [
          ['dataset', run.dataset] as const,
          ['data digest', run.datasetDigest] as const,
          ['engine', `${run.engine}, ${run.backend}`] as const,
          ['device', run.device] as const,
          ['trained by', `Scattershot ${run.version}, Node ${run.node}, ${run.platform}`] as const,
          ['settings', run.settingsDigest] as const,
          ...settings.map(([name, value]) => [name, String(value)] as const),
        ]),
  ];
}

/** What made a candidate, every label whole and long texts in several lines. */
function originLines(facts: CandidateFacts, { width, theme }: PageSize): readonly Line[] {
  const pairs = originFacts(facts);
  const wide = Math.min(Math.max(...pairs.map(([label]) => textLength(label))), Math.floor(width / 2));
  return pairs.flatMap(([label, text]) =>
    (text === '' ? [''] : wrapText(printable(text, theme.unicode, MOST_PARAGRAPH), width - wide - 1)).map(
      (part, line): Line => [
        { text: cell(line === 0 ? label : '', wide, 'left', theme), tone: 'quiet' },
        { text: ` ${part}` },
      ],
    ),
  );
}

function pictureBlock(level: DetailLevel, { width, height, theme }: PageSize): readonly Line[] {
  const pictures = picturesOf(level);
  if (pictures.length === 0) {
    return [
      plainLine(
        level.analysis === null ? 'The pictures are being drawn.' : 'No picture: the network is too large.',
        'quiet',
      ),
    ];
  }
  const { viewport } = level;
  const at = viewport.picture % pictures.length;
  const picture = pictures[at];
  const region = regionOf(picture, viewport);
  return [
    plainLine(`${at + 1} of ${pictures.length}: ${picture.name}`, 'title'),
    plainLine(
      `${regionText(picture, region, theme)}${picture.isShare ? '; a full dot is a window that has its ideal' : ''}`,
      'quiet',
    ),
    ...pictureLines(picture, viewport, { width, height: Math.max(1, height - 2), theme }),
  ];
}

/** A page of a candidate, all its lines; the caller shows those that fit. */
export function detailLines(level: DetailLevel, size: PageSize): readonly Line[] {
  const { facts, tab } = level;
  const fault: readonly Line[] = level.fault === null ? [] : [plainLine(level.fault, 'alert')];
  if (tab === 'pictures') return [...fault, ...pictureBlock(level, size)];
  if (facts === null) return level.fault === null ? [plainLine('reading', 'quiet')] : fault;
  if (tab === 'scatter') return [...fault, ...scatterLines(facts, level, size)];
  if (tab === 'trainings') return [...fault, ...trainingLines(facts, size)];
  return [...fault, ...originLines(facts, size)];
}
