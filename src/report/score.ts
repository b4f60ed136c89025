import { type Architecture, junctionSizes, overallDensity } from '../pattern/architecture.ts';
import type { PatternContext } from '../pattern/context.ts';
import { describeFanOutList } from '../pattern/degree-choice.ts';
import type { PatternFile } from '../pattern/formats/index.ts';
import type { EntryReport, PatternReport } from '../study/pattern-report.ts';
import { fraction, heading, MISSING, paragraph, percent, type TextOptions } from './format.ts';
import { structureSentences } from './structure.ts';
import { type Column, tableLines } from './table.ts';

/** Sizes of the network that a pattern is for. */
export interface NetworkDescription {
  readonly layers: readonly number[];
  readonly fanOuts: readonly number[];
  readonly fanIns: readonly number[];
  /** of all junctions together */
  readonly density: number;
}

/** The score of one pattern, as `score --json` has it. */
export interface ScoreReport extends NetworkDescription, PatternReport {
  /** what the score was measured with, as far as it differs from the default */
  readonly context: PatternContext;
  /** what of it the file said */
  readonly fromFile: readonly (keyof PatternContext)[];
  /** what of it the options said, the default included */
  readonly fromOptions: readonly (keyof PatternContext)[];
  /** names of the arrays that were read; null for files without names */
  readonly arrays: readonly string[] | null;
  /** how arrays were read; null for files that list edges */
  readonly order: PatternFile['order'] | null;
  /** whether their sizes alone said so */
  readonly orderFromSizes: boolean;
  /** junctions (from 1) with values other than 0 and 1 */
  readonly weighted: readonly number[];
}

export function describeNetwork(sizes: Pick<Architecture, 'layers' | 'fanOuts'>): NetworkDescription {
  const { layers, fanOuts } = sizes;
  const fanIns = junctionSizes(sizes).map(({ fanIn }) => fanIn);
  return { layers, fanOuts, fanIns, density: overallDensity(sizes) };
}

function windowsText(entry: EntryReport, options: TextOptions): string {
  return `${entry.windows} ${options.unicode ? '×' : 'x'} ${entry.windowSize ?? 'various'}`;
}

const idealText = (ideal: number | null) => (ideal === null ? MISSING : String(Number(ideal.toPrecision(4))));

function entryColumns(report: ScoreReport, options: TextOptions): Column<EntryReport>[] {
  const { other, vector } = report;
  const optimal = (entry: EntryReport) => entry.value === entry.bound;
  const note = (entry: EntryReport) => {
    if (entry.vacuous) return 'vacuous';
    return optimal(entry) ? 'optimal' : '';
  };
  const columns: Column<EntryReport>[] = [
    { title: 'entry', align: 'left', priority: 0, text: (entry) => `${entry.span} ${entry.direction}` },
    { title: 'value', align: 'right', priority: 0, text: (entry) => fraction(entry.value) },
    { title: 'bound', align: 'right', priority: 1, text: (entry) => fraction(entry.bound) },
    { title: 'random', align: 'right', priority: 2, text: (entry) => fraction(entry.random) },
    { title: 'windows', align: 'right', priority: 4, text: (entry) => windowsText(entry, options) },
    { title: 'ideal', align: 'right', priority: 5, text: (entry) => idealText(entry.ideal) },
  ];
  const otherColumn: Column<EntryReport>[] =
    other === null
      ? []
      : [
          {
            title: other.metric,
            align: 'right',
            priority: 3,
            text: (entry) => fraction(other.vector[vector.indexOf(entry)] ?? null),
          },
        ];
  return [...columns, ...otherColumn, { title: 'note', align: 'left', priority: 1, text: note }];
}

function scoreLine(report: ScoreReport): string {
  const bound = `at most ${fraction(report.bound)} with these degrees`;
  return `S = ${fraction(report.scatter)} (${report.metric}, random patterns ${fraction(report.random)}, ${bound})`;
}

/** "junction 2", "junctions 1, 3" */
const junctionList = (numbers: readonly number[]): string =>
  `junction${numbers.length === 1 ? '' : 's'} ${numbers.join(', ')}`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Whether arrays whose names say nothing would make a network of other sizes as well. */
function couldBeTransposed({ layers, arrays }: ScoreReport): boolean {
  if (arrays?.every((name, index) => name === `junction${index + 1}`)) return false;
  // One square array scores the same both ways, its two entries exchanged.
  if (layers.length === 2) return layers[0] !== layers[1];
  return layers.every((neurons, index) => index < 2 || neurons === layers[index - 2]);
}

/** Which network was read, and from what. */
function networkSentences(report: ScoreReport): string[] {
  const { layers, fanOuts, fanIns, density, arrays, order, orderFromSizes, weighted } = report;
  const junctions = junctionSizes(report);
  const complete = junctions.filter((junction) => junction.density === 1).map(({ number }) => number);
  const densities = junctions.length === 1 ? '' : ` (${junctions.map((each) => percent(each.density)).join(', ')})`;
  const from = arrays === null ? '' : ` Read from ${arrays.join(', ')}${order === 'left-right' ? ', transposed' : ''}.`;
  const network = `Network ${layers.join('-')}, fan-out ${describeFanOutList(fanOuts)}, fan-in ${fanIns.join(',')}, density ${percent(density)}${densities}.${from}`;
  const sentences = [network];
  if (order === 'right-left' && couldBeTransposed(report)) {
    sentences.push(
      `${report.layers.length === 2 ? 'The array was' : 'Arrays were'} read as [right, left], as PyTorch keeps weights; --transposed reads [left, right], as Keras keeps kernels.`,
    );
  }
  if (orderFromSizes) {
    sentences.push('Read as [left, right], as Keras keeps kernels: only so do their sizes follow on one another.');
  }
  if (complete.length > 0) {
    const verb = complete.length === 1 ? 'is' : 'are';
    sentences.push(
      `${capital(junctionList(complete))} ${verb} complete: every edge is there, which certifies nothing.`,
    );
  }
  if (weighted.length > 0) {
    const verb = weighted.length === 1 ? 'has' : 'have';
    const what = `${capital(junctionList(weighted))} ${verb} values other than 0 and 1`;
    sentences.push(`${what}: whatever is not 0 was taken as an edge.`);
  }
  return [...sentences, ...structureSentences(report.structure, (junction) => complete.includes(junction))];
}

/** What the score was measured with, by who said so. */
function contextSentence({ context, fromFile, fromOptions }: ScoreReport): string {
  const { shapes, usedInputs, usedOutputs, windows = 'integral', metric = 'indicator', spans = 'io' } = context;
  const parts: Readonly<Record<keyof PatternContext, string>> = {
    metric: `metric ${metric}`,
    windows: `windows ${typeof windows === 'string' ? windows : `given for ${Object.keys(windows).join(', ')}`}`,
    spans: `spans ${spans}`,
    shapes: shapes === undefined ? 'every layer a row' : `shapes ${shapes.map((shape) => shape.join('x')).join(',')}`,
    usedInputs: usedInputs === undefined ? 'all inputs used' : `${usedInputs} inputs used`,
    usedOutputs: usedOutputs === undefined ? 'all outputs used' : `${usedOutputs} outputs used`,
  };
  const keys = Object.keys(parts) as (keyof PatternContext)[];
  const said = (of: (key: keyof PatternContext) => boolean) =>
    keys
      .filter(of)
      .map((key) => parts[key])
      .join(', ');
  const isFromFile = (key: keyof PatternContext) => fromFile.includes(key);
  const isFromOption = (key: keyof PatternContext) => fromOptions.includes(key);
  const sources: readonly (readonly [string, string])[] = [
    ['as the file says', said(isFromFile)],
    ['as the options say', said(isFromOption)],
    ['as assumed', said((key) => !isFromFile(key) && !isFromOption(key))],
  ];
  const told = sources.filter(([, what]) => what !== '').map(([source, what]) => `${source}: ${what}`);
  return `Measured ${told.join('; ')}.`;
}

/** S and what is known about it, then the vector as a table, each entry beside its bound and its random level. */
export function scoreText(report: ScoreReport, options: TextOptions): string {
  const lines = paragraph(scoreLine(report), options).map((line) => heading(line, options.color));
  if (report.other !== null) lines.push(`S = ${fraction(report.other.scatter)} (${report.other.metric})`);
  else if (report.otherReason !== null) lines.push(...paragraph(report.otherReason, options));
  if (report.certificate === 'optimal') {
    lines.push(
      ...paragraph('Certified: every entry that is not vacuous reaches its bound; no pattern scores higher.', options),
    );
  }
  if (report.vector.every((entry) => entry.vacuous)) {
    const every = 'Every entry is vacuous: any pattern of these degrees scores 1, so that nothing is certified';
    lines.push(...paragraph(`${every} and scatter tells nothing here.`, options));
  } else if (report.vector.some((entry) => entry.vacuous)) {
    lines.push(...paragraph('A vacuous entry is 1 for every pattern and supports no claim.', options));
  }
  for (const sentence of [...networkSentences(report), contextSentence(report)]) {
    lines.push(...paragraph(sentence, options));
  }
  lines.push('', ...tableLines(entryColumns(report, options), report.vector, options));
  return `${lines.join('\n')}\n`;
}
