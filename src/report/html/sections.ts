import { plural } from '../../base/plural.ts';
import { bestOf, compareScores, gainUnit, type MaybeScore, scoreName } from '../../base/score.ts';
import { version } from '../../base/version.ts';
import { type Architecture, describeFanOut, junctionSizes } from '../../pattern/architecture.ts';
import { scoreValueText } from '../../report/format.ts';
import type { ReportedCandidate, StudyReport } from '../../study/study-report.ts';
import { sharedFront, sharedFrontText } from '../../training/frozen-front/shared-front.ts';
import type { TrainingSettings } from '../../training/trainer.ts';
import { fraction } from '../format.ts';
import { repeatCommand } from '../repeat-command.ts';
import { html, type Markup } from './markup.ts';
import { junctionPicture } from './pattern-picture.ts';
import { factsTable, type HtmlColumn, htmlTable } from './table.ts';

/** Junctions of one pattern that are drawn at most. */
const MOST_JUNCTIONS = 4;

/** Candidates that the page lists at most; the table beside it has all. */
const MOST_LISTED = 60;

/** A few patterns as pictures of their junctions. */
export function patternsSection({ drawn }: StudyReport): Markup | null {
  if (drawn.length === 0) return null;
  const pictures = drawn.map(({ why, number, family, scatter, pattern }) => {
    const junctions = pattern.junctions.slice(0, MOST_JUNCTIONS).map((_, index) => junctionPicture(pattern, index + 1));
    return html`<div><h3>Candidate ${number}: ${why}</h3><p class="note">${family}, scatter ${fraction(scatter)}</p><div class="patterns">${junctions}</div></div>`;
  });
  return html`<h2>Patterns</h2><p class="note">Right neurons downwards, left neurons across. A mark is an edge, or where a layer is large a block of edges: the stronger, the denser.</p><div class="row three">${pictures}</div>`;
}

const diverged = ({ accuracies }: ReportedCandidate) => accuracies.filter((value) => value === 'diverged').length;

function candidateColumns({ study, score }: StudyReport): HtmlColumn<ReportedCandidate>[] {
  return [
    { title: '#', kind: 'number', text: ({ record }) => String(record.number) },
    { title: 'family', kind: 'text', text: ({ record }) => record.family },
    { title: 'scatter', kind: 'number', text: ({ record }) => fraction(record.scatter) },
    {
      title: scoreName(score),
      kind: 'number',
      text: ({ record }) => scoreValueText(record.accuracy?.mean ?? null, score, 2),
    },
    { title: 'seeds', kind: 'number', text: ({ record }) => String(record.accuracy?.n ?? 0) },
    { title: 'diverged', kind: 'number', text: (candidate) => String(diverged(candidate)) },
    ...study.entryKeys.map(
      (key, index): HtmlColumn<ReportedCandidate> => ({
        ...{ title: key, kind: 'number' },
        text: ({ record }) => fraction(record.vector[index]),
      }),
    ),
  ];
}

/** Candidates of which some training diverged stand below those of which none did. */
const leaderOrder = (score: MaybeScore) => (a: ReportedCandidate, b: ReportedCandidate) =>
  Number(diverged(a) > 0) - Number(diverged(b) > 0) ||
  Number(a.accuracy === null) - Number(b.accuracy === null) ||
  compareScores(b.accuracy ?? 0, a.accuracy ?? 0, score);

/** The most accurate candidates; where nothing was trained, in the study's own order. */
export function candidatesSection(report: StudyReport, table: string): Markup | null {
  const { candidates } = report;
  if (candidates.length === 0) return null;
  const isTrained = candidates.some(({ accuracy }) => accuracy !== null);
  const shown = (isTrained ? candidates.toSorted(leaderOrder(report.score)) : candidates).slice(0, MOST_LISTED);
  const order = isTrained ? `${bestOf(report.score)} first` : "in the study's order";
  const rest =
    shown.length < candidates.length
      ? `${shown.length} of ${candidates.length} candidates; all of them are in `
      : 'The same with every proxy and every seed is in ';
  return html`<h2>Candidates, ${order}</h2>${htmlTable(shown, candidateColumns(report))}<p class="note">${rest}<a href="${table}">${table}</a>.</p>`;
}

/** By fan-out; where some left neurons have one edge more than others, by fan-in too, which alone determines how many have. */
function degreesText(architecture: Architecture): string {
  const fanOuts = `fan-out ${architecture.fanOuts.map(describeFanOut).join(', ')}`;
  if (architecture.fanOuts.every(Number.isInteger)) return fanOuts;
  const fanIns = junctionSizes(architecture).map(({ fanIn }) => fanIn);
  return `fan-in ${fanIns.join(', ')}, ${fanOuts}`;
}

function networkFacts({ study }: StudyReport): [string, string][] {
  const { layers, shapes, usedInputs, usedOutputs } = study.architecture;
  const shaped = shapes.some((shape) => shape.length > 1);
  return [
    ['network', `${layers.join('-')}, ${degreesText(study.architecture)}`],
    ...(shaped ? [['shapes', shapes.map((shape) => shape.join('×')).join(', ')] as [string, string]] : []),
    ...(usedInputs === layers[0] ? [] : [['real inputs', String(usedInputs)] as [string, string]]),
    ...(usedOutputs === layers.at(-1) ? [] : [['real outputs', String(usedOutputs)] as [string, string]]),
    ['metric', study.metric],
  ];
}

function designFacts(report: StudyReport): [string, string][] {
  const { settings, result, randomLevel, top } = report;
  const design = settings?.validation;
  const levels = result?.plan.levels ?? [];
  if (design === undefined)
    return [
      ['random level', fraction(randomLevel)],
      ['highest possible', fraction(top)],
    ];
  const families = result?.plan.families.map((own) => `${own.candidates} ${own.family}`).join(', ');
  return [
    ['digest of the plan', design.digest ?? 'not fixed yet'],
    ['candidates', `${design.planned.length}${families === undefined ? '' : `: ${families}`}`],
    ...(levels.length === 0
      ? []
      : [['levels', levels.map((level) => level.toFixed(3)).join(', ')] as [string, string]]),
    ['random level', `${fraction(randomLevel)}; top ${fraction(top)}; lowest ${fraction(design.floor)}`],
    ['margin', `±${design.margin}${design.score === undefined ? ' accuracy points' : gainUnit(design.score)}`],
    ['seeds', seedsText(settings?.training?.seeds ?? 1, design.everyThird)],
    ['twins after a claim', String(design.twins)],
    ['look', `${design.look}${design.exploratory ? ', exploratory: an earlier look had another plan' : ''}`],
  ];
}

const seedsText = (seeds: number, everyThird: number) =>
  everyThird > seeds ? `${seeds}; every third candidate has ${everyThird}` : String(seeds);

/** What was decided before the first training. */
export function planSection(report: StudyReport): Markup | null {
  const title = report.settings?.validation === undefined ? 'Settings' : 'Plan, fixed before the first training';
  return html`<h2>${title}</h2>${factsTable([...networkFacts(report), ...designFacts(report)])}`;
}

function frontWords(training: TrainingSettings): string {
  const shared = sharedFront(training);
  if (shared !== null) return `, ${sharedFrontText(shared)}`;
  return training.front === undefined ? '' : `, front ${training.front}`;
}

function trainingFacts({ settings, evaluations }: StudyReport): [string, string][] {
  const first = evaluations[0];
  if (first === undefined) return [];
  const training = settings?.training?.settings;
  const learning =
    training === undefined
      ? []
      : [
          [
            'training',
            `${plural(training.epochs, 'epoch')}, batches of ${training.batchSize}, ${training.optimizer} at rate ${training.learningRate} with decay ${training.learningRateDecay}, L2 ${training.l2}${frontWords(training)}`,
          ] as [string, string],
        ];
  const devices = [...new Set(evaluations.map(({ engine, backend, device }) => `${engine} on ${backend}, ${device}`))];
  return [
    ['data', `${first.dataset}; digest ${first.datasetDigest}`],
    ...learning,
    ['engine', devices.join('; ')],
    ['trainings', `${evaluations.length}, settings digest ${first.settingsDigest}`],
  ];
}

/** What made the numbers. */
export function provenanceSection(report: StudyReport): Markup | null {
  const { study } = report;
  return html`<h2>Provenance</h2>${factsTable([
    ['study', `${study.name}, number ${study.id}, kind ${study.kind}, ${study.status}`],
    ['begun', study.createdAt],
    ['last change', study.updatedAt],
    ['made by', `Scattershot ${study.version}, Node.js ${study.node}, ${study.platform}`],
    ['report by', `Scattershot ${version}`],
    ['seed', String(study.seed)],
    ...trainingFacts(report),
  ])}`;
}

/** Commands that make all of it again, and that judge the table anew. */
export function repeatSection(report: StudyReport, table: string): Markup | null {
  const { study, settings, randomLevel, top, result } = report;
  const repeat = repeatCommand(study, settings);
  if (repeat === null) return null;
  const judged =
    result === null
      ? null
      : html`<p>Judge the table of candidates again, or a proxy column of your own, without training:</p><pre><code>scattershot validate --table ${table} --family family --random-level ${String(randomLevel)} --top ${String(top)} --margin ${String(result.plan.margin)}</code></pre>`;
  const missing =
    repeat.missing.length === 0 ? null : html`<p>The command does not name ${repeat.missing.join(', ')}.</p>`;
  const random =
    settings?.validation === undefined
      ? 'candidates'
      : 'plan, with the same patterns and digest where it is the first look';
  return html`<h2>Repeat it</h2><p>The same ${random}:</p><pre><code>${repeat.command}</code></pre>${missing}${judged}`;
}
