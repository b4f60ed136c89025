import { scoreSpreadText } from '../../base/number-text.ts';
import { type MaybeScore, scoreName } from '../../base/score.ts';
import { fraction, MISSING, meanAndSpread } from '../../report/format.ts';
import type { BoardColumn, CandidateRecord, StudyRecord } from '../../store/index.ts';
import type { ListingColumn } from './listing.ts';

/** Columns that are shown where nobody has chosen others, besides the entries of the scatter vector. */
const USUAL = ['candidate', 'family', 'scatter', 'accuracy', 'seeds', 'state'];

const titles: Readonly<Record<string, string>> = { candidate: '#', scatter: 'S', sd: 'sd' };

const isEntry = (name: string) => /^\d+:\d+-(forward|backward)$/.test(name);

/** "1:2-forward" → "1:2 fwd" */
const shortTitle = (name: string) => name.replace('-forward', ' fwd').replace('-backward', ' bwd');

/** The columns of a study's candidates, the usual ones first. */
export function candidateColumns(columns: readonly BoardColumn[], score: MaybeScore = null): readonly ListingColumn[] {
  const listed = columns.map(
    ({ name, aliases, kind, first }): ListingColumn => ({
      ...{ name, aliases, kind, first },
      title: name === 'accuracy' ? scoreName(score) : (titles[name] ?? shortTitle(name)),
      align: kind === 'text' ? 'left' : 'right',
      isDefault: USUAL.includes(name) || isEntry(name) || name === 'fingerprint',
    }),
  );
  const rank = ({ name }: ListingColumn) => {
    const usual = USUAL.indexOf(name);
    return usual >= 0 ? usual : USUAL.length + (isEntry(name) ? 0 : 1);
  };
  return listed.toSorted((a, b) => rank(a) - rank(b));
}

/** What a table shows of a candidate, by column name. */
export function candidateCells(
  record: CandidateRecord,
  { entryKeys }: Pick<StudyRecord, 'entryKeys'>,
  score: MaybeScore = null,
): Record<string, string> {
  const { number, accuracy, otherScatter, ties } = record;
  const entries = entryKeys.map((key, index) => [key.replaceAll(' ', '-'), fraction(record.vector[index] ?? null)]);
  return {
    ...Object.fromEntries(Object.entries(ties).map(([name, value]) => [name, fraction(value)])),
    ...Object.fromEntries(entries),
    candidate: String(number),
    strategy: record.strategy,
    family: record.family,
    scatter: fraction(record.scatter),
    accuracy: meanAndSpread(
      accuracy?.mean ?? null,
      accuracy?.sd ?? null,
      { width: 0, color: false, unicode: true },
      score,
    ),
    sd: accuracy?.sd == null ? MISSING : scoreSpreadText(accuracy.sd, score),
    seeds: String(accuracy?.n ?? 0),
    diverged: String(record.diverged),
    fingerprint: record.fingerprint.slice(0, 10),
    'whole-fingerprint': record.fingerprint,
    'other-scatter': fraction(otherScatter),
    island: String(record.island),
    round: String(record.round),
    audit: record.audit,
    created: record.createdAt.slice(0, 16).replace('T', ' '),
  };
}
