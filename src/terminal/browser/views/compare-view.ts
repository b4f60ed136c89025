import { scoreValueText } from '../../../base/number-text.ts';
import { type MaybeScore, scoreName } from '../../../base/score.ts';
import { fraction, MISSING, percent, printable, textLength, truncate } from '../../../report/format.ts';
import type { CandidateFacts } from '../../../study/candidate-facts.ts';
import type { Line } from '../../lines.ts';
import { besides, plainLine } from '../cells.ts';
import { pictureLines, regionOf, regionText } from '../picture.ts';
import { differencePictures } from '../pictures.ts';
import type { CompareLevel } from '../state.ts';
import { originFacts, type PageSize } from './detail-view.ts';
import { simpleTable } from './simple-table.ts';

/** The first candidate, and those from the chosen one on. */
const inOrder = ({ candidates, other }: CompareLevel): readonly number[] => [candidates[0], ...candidates.slice(other)];

/** A row of a comparison: what it is of, what it could be, and one text a candidate. */
interface ComparedRow {
  readonly label: string;
  readonly reference: string;
  readonly texts: readonly string[];
}

/** The best of the values has an asterisk, where they differ. @param score whose the values are; absent: the highest is the best */
function starred(
  values: readonly (number | null)[],
  text: (value: number | null) => string,
  score: MaybeScore = null,
): readonly string[] {
  const known = values.filter((value) => value !== null);
  const best = score?.better === 'lower' ? Math.min(...known) : Math.max(...known);
  const differ = known.some((value) => value !== best);
  return values.map((value) => text(value) + (differ && value === best ? '*' : ' '));
}

function scatterRows(facts: readonly CandidateFacts[]): readonly ComparedRow[] {
  const [first] = facts;
  const entries = first.entries.map(
    (entry, index): ComparedRow => ({
      label: entry.key,
      reference: entry.vacuous ? 'vacuous' : fraction(entry.bound),
      texts: starred(
        facts.map(({ candidate }) => candidate.vector[index] ?? null),
        fraction,
      ),
    }),
  );
  const shown = (value: number | null) => scoreValueText(value, first.judgedBy, 2);
  const accuracies = facts.map(({ candidate }) => candidate.accuracy);
  return [
    {
      label: 'S',
      reference: fraction(first.bound),
      texts: starred(
        facts.map(({ candidate }) => candidate.scatter),
        fraction,
      ),
    },
    ...entries,
    {
      label: 'other metric',
      reference: '',
      texts: starred(
        facts.map(({ candidate }) => candidate.otherScatter),
        fraction,
      ),
    },
    {
      label: 'invariant',
      reference: '',
      texts: starred(
        facts.map(({ invariant }) => invariant),
        fraction,
      ),
    },
    {
      label: scoreName(first.judgedBy),
      reference: '',
      texts: starred(
        accuracies.map((one) => one?.mean ?? null),
        shown,
        first.judgedBy,
      ),
    },
    // A row for each end: narrow columns give many candidates room beside each other.
    { label: '95 % from', reference: '', texts: facts.map(({ interval }) => `${shown(interval?.low ?? null)} `) },
    { label: '95 % to', reference: '', texts: facts.map(({ interval }) => `${shown(interval?.high ?? null)} `) },
    { label: 'sd over seeds', reference: '', texts: accuracies.map((one) => `${shown(one?.sd ?? null)} `) },
    { label: 'seeds', reference: '', texts: accuracies.map((one) => `${one?.n ?? 0} `) },
    { label: 'diverged', reference: '', texts: facts.map(({ candidate }) => `${candidate.diverged} `) },
  ];
}

/** Words of a setting are cut to this many columns before a candidate has to leave the screen for them. */
const LEAST_WORDS = 12;

/** Settings with long texts cut, so that at least two candidates stand beside each other. */
function settingsTable(rows: readonly ComparedRow[], candidates: readonly number[], size: PageSize): readonly Line[] {
  const labels = Math.max(...rows.map(({ label }) => textLength(label)));
  // Two columns of space follow each text.
  const room = size.width - labels - 2;
  const beside = Math.max(2, Math.min(candidates.length, Math.floor(room / (LEAST_WORDS + 2))));
  const most = Math.max(4, Math.floor(room / beside) - 2);
  const { unicode } = size.theme;
  const shown = rows.map((row) => ({
    ...row,
    texts: row.texts.map((text) => truncate(printable(text, unicode), most, unicode)),
  }));
  return comparedTable(shown, candidates, size, 'left');
}

function comparedTable(
  rows: readonly ComparedRow[],
  candidates: readonly number[],
  size: PageSize,
  align: 'left' | 'right',
): readonly Line[] {
  const titles = candidates.map((candidate) => `#${candidate} `);
  const widths = (texts: readonly (readonly string[])[], heads: readonly string[]) =>
    heads.map((head, column) => Math.max(textLength(head), ...texts.map((row) => textLength(row[column]))) + 2);
  const columns = widths(
    rows.map(({ texts }) => texts),
    titles,
  );
  const [labels, bounds] = widths(
    rows.map(({ label, reference }) => [label, reference]),
    ['', 'bound'],
  );
  // As many candidates as fit, since all texts of a column are cut alike; the keys reach the others.
  const fitting = (room: number) => {
    const ends = columns.map((_, at) => columns.slice(0, at + 1).reduce((sum, width) => sum + width, 0));
    return Math.max(1, ends.filter((end) => end <= room).length);
  };
  const without = fitting(size.width - labels);
  const within = fitting(size.width - labels - bounds);
  // Nothing is compared beside a single candidate: the bounds, which each candidate's page has, go first.
  const hasReference = rows.some(({ reference }) => reference !== '') && within >= Math.min(2, without);
  const shown = hasReference ? within : without;
  const heads = ['', ...(hasReference ? ['bound'] : []), ...titles.slice(0, shown)];
  return simpleTable(
    heads,
    rows.map(({ label, reference, texts }) => [label, ...(hasReference ? [reference] : []), ...texts.slice(0, shown)]),
    heads.map((_, column) => (column === 0 ? 'left' : align)),
    size.theme,
  );
}

/** Rows of the settings in which the candidates differ; what was measured on their patterns is no setting. */
function differingSettings(facts: readonly CandidateFacts[]): readonly ComparedRow[] {
  const all = facts.map((each) => new Map(originFacts(each)));
  const others = new Set(['candidate', 'created', ...facts.flatMap(({ candidate }) => Object.keys(candidate.ties))]);
  const labels = [...new Set(all.flatMap((one) => [...one.keys()]))].filter((label) => !others.has(label));
  return labels
    .map((label) => ({ label, reference: '', texts: all.map((one) => one.get(label) ?? MISSING) }))
    .filter(({ texts }) => texts.some((text) => text !== texts[0]));
}

function edgeLines(level: CompareLevel, size: PageSize): readonly Line[] {
  const [first] = level.candidates;
  const second = level.candidates[level.other];
  const differences = level.differences.get(`${first} ${second}`);
  if (differences === undefined) return [plainLine(level.fault ?? 'reading', level.fault === null ? 'quiet' : 'alert')];
  const rows = differences.map(({ junction, shared, onlyFirst, onlySecond }) => [
    `junction ${junction}`,
    String(shared),
    String(onlyFirst.length / 2),
    String(onlySecond.length / 2),
    percent(shared / Math.max(1, shared + onlyFirst.length / 2), 1),
  ]);
  const titles = ['edges', 'in both', `${first} alone`, `${second} alone`, 'in common'];
  const table = simpleTable(titles, rows, ['left', 'right', 'right', 'right', 'right'], size.theme);
  return [...table, [], ...halves(level, size, size.height - table.length - 1)];
}

/** Edges of the one alone beside those of the other alone. */
function halves(level: CompareLevel, { width, theme }: PageSize, height: number): readonly Line[] {
  const [first] = level.candidates;
  const second = level.candidates[level.other];
  const differences = level.differences.get(`${first} ${second}`) ?? [];
  const difference = differences[level.viewport.picture % Math.max(1, differences.length)];
  if (difference === undefined || height < 3) return [];
  const pictures = differencePictures(difference, first, second);
  const half = Math.floor((width - 3) / 2);
  const region = regionOf(pictures[0], level.viewport);
  const blocks = pictures.map((picture) => ({
    width: half,
    lines: [
      plainLine(picture.name, 'title'),
      ...pictureLines(picture, level.viewport, { width: half, height: height - 2, theme }),
    ],
  }));
  return [plainLine(regionText(pictures[0], region, theme), 'quiet'), ...besides(blocks, 3, theme)];
}

/** A page of a comparison, all its lines. */
export function compareLines(level: CompareLevel, size: PageSize): readonly Line[] {
  if (level.tab === 'edges') return edgeLines(level, size);
  const known = inOrder(level).filter((candidate) => level.facts.has(candidate));
  const facts = known.map((candidate) => level.facts.get(candidate) as CandidateFacts);
  const fault: readonly Line[] = level.fault === null ? [] : [plainLine(level.fault, 'alert')];
  if (facts.length === 0) return level.fault === null ? [plainLine('reading', 'quiet')] : fault;
  if (level.tab === 'scatter') return [...fault, ...comparedTable(scatterRows(facts), known, size, 'right')];
  const rows = differingSettings(facts);
  if (rows.length === 0) return [plainLine('They differ in no setting.', 'quiet')];
  return [...fault, ...settingsTable(rows, known, size)];
}
