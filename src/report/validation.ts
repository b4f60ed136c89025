import { plural } from '../base/plural.ts';
import { gainUnit, gainUnitName, type MaybeScore } from '../base/score.ts';
import type { ValidationPlan } from '../study/validation-plan.ts';
import type { ValidationResult } from '../study/validation-result.ts';
import { sharedFrontText } from '../training/frozen-front/shared-front.ts';
import type { Estimate } from '../validation/gain.ts';
import type { TableFinding } from '../validation/judge-table.ts';
import { fraction, heading, MISSING, paragraph, percent, roughDuration, type TextOptions, words } from './format.ts';
import { type Column, tableLines } from './table.ts';

const signed = (value: number | null, digits = 2): string =>
  value === null ? '∞' : `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(digits)}`;

/** "+0.92 (+0.61 … +1.20)"; an open side is ∞ */
function estimate(gain: Estimate | null, { unicode }: TextOptions): string {
  if (gain === null) return MISSING;
  const [dots, infinite] = unicode ? ['…', '∞'] : ['to', 'inf'];
  const low = gain.low === null ? `-${infinite}` : signed(gain.low);
  const high = gain.high === null ? `+${infinite}` : signed(gain.high);
  return `${signed(gain.value)} (${low} ${dots} ${high})`;
}

const pText = (p: number | null) => (p === null ? MISSING : p < 0.0001 ? '<0.0001' : p.toFixed(4));

const left = { align: 'left' } as const;
const right = { align: 'right' } as const;

function section<T>(title: string, rows: readonly T[], columns: readonly Column<T>[], text: TextOptions): string[] {
  return rows.length === 0 ? [] : ['', heading(title, text.color), ...tableLines(columns, rows, text)];
}

type Question = ValidationResult['questions'][number];

const questionColumns = (text: TextOptions, score: MaybeScore): Column<Question>[] => [
  { title: 'asked of', ...left, priority: 0, text: ({ name }) => name },
  { title: 'candidates', ...right, priority: 3, text: ({ candidates }) => String(candidates) },
  { title: 'in order', ...right, priority: 1, text: ({ inOrder }) => percent(inOrder, 0) },
  { title: 'p', ...right, priority: 2, text: ({ p }) => pText(p) },
  { title: `gain, ${gainUnitName(score)}`, ...left, priority: 1, text: ({ gain }) => estimate(gain, text) },
  { title: 'answer', ...left, priority: 0, text: ({ answer }) => words(answer) },
];

type Family = ValidationResult['families'][number];

const familyColumns: Column<Family>[] = [
  { title: 'family', ...left, priority: 0, text: ({ family }) => family },
  { title: 'candidates', ...right, priority: 1, text: ({ candidates }) => String(candidates) },
  { title: 'scatter from', ...right, priority: 1, text: ({ low }) => fraction(low) },
  { title: 'to', ...right, priority: 1, text: ({ high }) => fraction(high) },
  { title: 'in order', ...right, priority: 0, text: ({ inOrder }) => percent(inOrder, 0) },
];

type Proxy = ValidationResult['proxies'][number];

const proxyColumns = (text: TextOptions): Column<Proxy>[] => [
  { title: 'proxy', ...left, priority: 0, text: ({ name }) => name },
  { title: 'in order', ...right, priority: 0, text: ({ inOrder }) => percent(inOrder, 0) },
  { title: 'p, Holm', ...right, priority: 1, text: ({ pHolm }) => pText(pHolm) },
  { title: 'gain over its range', ...left, priority: 2, text: ({ gain }) => estimate(gain, text) },
  {
    title: 'given the others',
    ...right,
    priority: 3,
    text: ({ givenOthers }) => (givenOthers === null ? MISSING : signed(givenOthers)),
  },
  { title: 'p, Holm', ...right, priority: 3, text: ({ pGivenOthersHolm }) => pText(pGivenOthersHolm) },
];

/** A plan, before anything is trained. */
export function planTextLines(plan: ValidationPlan, text: TextOptions): string {
  const { candidates, families, levels, seeds, everyThird, epochs, dataset, trainings, twins, margin } = plan;
  const front = plan.sharedFront === undefined ? '' : `; ${sharedFrontText(plan.sharedFront)}`;
  const second = everyThird > seeds ? `, every third with ${everyThird}` : '';
  const time =
    plan.forecastSeconds === null ? 'unknown for this engine' : `about ${roughDuration(plan.forecastSeconds)} here`;
  const gain =
    plan.score !== undefined
      ? `not known of ${plan.score.name}`
      : plan.detectableGain === null
        ? 'none: too few candidates or families, or too narrow a range, for any claim'
        : `${plan.detectableGain.toFixed(2)} points in four of five studies, if accuracies spread as on Morse`;
  const rows: readonly (readonly [string, string])[] = [
    ['candidates', `${candidates}: ${families.map((own) => `${own.candidates} ${own.family}`).join(', ')}`],
    ['levels', levels.map((level) => level.toFixed(3)).join(', ')],
    ['random level', `${fraction(plan.randomLevel)}; top ${fraction(plan.top)}`],
    [
      'trainings',
      `${plan.adaptive ? `at most ${trainings}` : trainings}: ${plural(seeds, 'seed')} each${second}; ${plural(epochs, 'epoch')} on ${dataset}${front}`,
    ],
    ['after a claim', twins === 0 ? 'no twins' : `${twins} trainings with renumbered inputs`],
    ...(plan.proxies.length === 0 ? [] : [['own proxies', plan.proxies.join(', ')] as const]),
    ['questions', plan.questions.join('; ')],
    ['margin', `±${margin}${gainUnit(plan.score)}`],
    ['time', time],
    ['finds a gain of', gain],
    [
      'look',
      plan.look === 1
        ? 'the first at this question'
        : `${plan.look} at this question${plan.exploratory ? ', exploratory: the plan differs from an earlier one' : ''}`,
    ],
    ['digest', plan.digest ?? 'not yet fixed'],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.flatMap(([name, value]) => paragraph(`${name.padEnd(width)}  ${value}`, text));
  return `${[heading('Plan', text.color), ...lines].join('\n')}\n`;
}

/** Which rivals were left out, and why: one line for all that have the same reason. */
function leftOutLines(proxies: readonly Proxy[], text: TextOptions): string[] {
  const byReason = new Map<string, string[]>();
  for (const { name, reason } of proxies) {
    if (typeof reason === 'string') byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  }
  return [...byReason].flatMap(([reason, names]) => paragraph(`${names.join(', ')}: ${reason}`, text));
}

/** What `--json` prints: the values of every rival on every candidate stand in the report's table alone. */
export function validationJson({ measured: _, ...result }: ValidationResult) {
  return result;
}

/** The verdict first, then what it rests on. */
export function validationText(result: ValidationResult, text: TextOptions): string {
  const { ceiling, spearman, kendall, diverged, labels = null } = result;
  const range = ({ low, high }: { readonly low: number; readonly high: number }) =>
    `${low.toFixed(2)} … ${high.toFixed(2)}`;
  const lines = [
    heading(`Verdict: ${words(result.verdict)}`, text.color),
    ...paragraph(result.meaning, text),
    ...section('Questions', result.questions, questionColumns(text, result.score), text),
    ...section('Families', result.families, familyColumns, text),
    ...section('Rivals on the same candidates', result.proxies, proxyColumns(text), text),
    ...leftOutLines(result.proxies, text),
    '',
    ...paragraph(
      `Noise ceiling ${ceiling.value.toFixed(2)} (${range(ceiling)})${ceiling.reason === null ? '' : `: ${ceiling.reason}`}. Pooled over families, as a description only: Spearman ${signed(spearman.value)} (${range(spearman)}), Kendall ${signed(kendall.value)} (${range(kendall)}).`,
      text,
    ),
    ...(labels === null
      ? []
      : paragraph(
          `Renumbering hidden neurons, which leaves the network as it is, changes S by ${labels.meanChange.toFixed(3)} on average and by up to ${labels.mostChange.toFixed(3)}.`,
          text,
        )),
    ...(diverged === 0 ? [] : paragraph(`${plural(diverged, 'training')} diverged.`, text)),
    ...paragraph(
      `${result.candidates} candidates, up to ${plural(result.seeds, 'seed')}, ${plural(result.plan.epochs, 'epoch')} on ${result.dataset}, engine ${result.engine}, margin ±${result.plan.margin}${gainUnit(result.score)}${result.score === undefined ? '' : ` of ${result.score.name}, ${result.score.better} being better; a gain is positive where it gets better`}.`,
      text,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

type Stratum = TableFinding['strata'][number];

const stratumColumns = (text: TextOptions): Column<Stratum>[] => [
  { title: 'stratum', ...left, priority: 0, text: ({ stratum }) => stratum ?? 'all' },
  { title: 'patterns', ...right, priority: 2, text: ({ candidates }) => String(candidates) },
  { title: 'in order', ...right, priority: 1, text: ({ inOrder }) => percent(inOrder, 0) },
  { title: 'p', ...right, priority: 2, text: ({ p }) => pText(p) },
  { title: 'gain, points', ...left, priority: 1, text: ({ gain }) => estimate(gain, text) },
  {
    title: 'reliability',
    ...right,
    priority: 4,
    text: ({ reliability }) => (reliability === null ? MISSING : reliability.toFixed(2)),
  },
  { title: 'ceiling', ...right, priority: 3, text: ({ ceiling }) => ceiling.value.toFixed(2) },
  { title: 'verdict', ...left, priority: 0, text: ({ verdict }) => words(verdict) },
];

/** What a table of trained patterns says of a proxy. */
export function tableText(table: string, finding: TableFinding, text: TextOptions): string {
  const { proxy, given, rows, strata, verdict, meaning } = finding;
  const lines = [
    heading(verdict === null ? `${proxy}: no verdict over all strata` : `${proxy}: ${words(verdict)}`, text.color),
    ...paragraph(meaning, text),
    ...section(
      `${plural(rows, 'pattern')} of ${table}${given.length === 0 ? '' : `, given ${given.join(', ')}`}`,
      strata,
      stratumColumns(text),
      text,
    ),
  ];
  return `${lines.join('\n')}\n`;
}
