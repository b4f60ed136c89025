import { readBy } from '../../base/documents.ts';
import { messageOf, ScattershotError, unwrap } from '../../base/failure.ts';
import { type MaybeScore, scoreName } from '../../base/score.ts';
import { describeArchitecture } from '../../pattern/architecture.ts';
import { trainingOptions } from '../../report/command-words.ts';
import { fraction, MISSING, percent } from '../../report/format.ts';
import {
  type Board,
  type BoardQuery,
  type BoardRow,
  type BoardSnapshot,
  type FilterTerm,
  parseFilter,
  type Store,
  type StudyRecord,
} from '../../store/index.ts';
import { studyBoard } from '../../study/leaderboard.ts';
import { storedSettings } from '../../study/settings.ts';
import { trainingShown } from '../../study/training-shown.ts';
import { trainingSettingsSchema } from '../../training/settings-schema.ts';
import { candidateCells, candidateColumns } from './candidate-cells.ts';
import { familyColumns, studyColumns } from './columns.ts';
import { type DataAnswer, type DataRequest, differenceName } from './data-requests.ts';
import type { Listing, ListingQuery, ListingRow, ListingWindow, WantedRows } from './listing.ts';
import { orderedRows, type ValuedRow, windowOf } from './listing-rows.ts';
import type { StudyInfo } from './state.ts';

/** An order of candidates, as long as nobody writes. */
interface KnownOrder {
  readonly name: string;
  readonly version: number;
  readonly snapshot: BoardSnapshot<BoardRow>;
}

/** What a listing's finding and filtering mean together. */
function termsOf({ filter, find }: ListingQuery): readonly FilterTerm[] {
  const found: FilterTerm[] =
    find === '' || find === '!'
      ? []
      : [{ at: 1, comparison: null, value: find.replace(/^!/, ''), excluded: find.startsWith('!') }];
  return [...unwrap(parseFilter(filter)), ...found];
}

/** Answers what the browser asks, from a database that is only read. */
export class StoreSource {
  readonly #store: Store;
  readonly #studies = new Map<number, StudyRecord>();
  readonly #boards = new Map<number, Board>();
  #order: KnownOrder | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Another number after another process has written. */
  version(): number {
    return this.#store.dataVersion();
  }

  /** What the world does is an answer too. */
  async answer(request: DataRequest): Promise<DataAnswer> {
    try {
      return await this.#answer(request);
    } catch (error) {
      const message =
        error instanceof ScattershotError ? `${error.message}. ${error.failure.nextStep}` : messageOf(error);
      return { kind: 'fault', request, message };
    }
  }

  async #answer(request: DataRequest): Promise<DataAnswer> {
    switch (request.kind) {
      case 'study':
        return { kind: 'study', info: this.#info(request.study) };
      case 'rows':
        return { kind: 'rows', request, window: this.#window(request.listing, request.query, request.wanted) };
      case 'keys':
        return this.#keys(request);
      case 'facts': {
        const { candidateFacts } = await import('../../study/candidate-facts.ts');
        const facts = unwrap(candidateFacts(this.#store, this.#study(request.study), request.candidate));
        return { kind: 'facts', candidate: request.candidate, facts };
      }
      case 'analysis': {
        const { candidateAnalysis } = await import('../../study/candidate-analysis.ts');
        const analysis = candidateAnalysis(this.#store, this.#study(request.study), request.candidate);
        return { kind: 'analysis', candidate: request.candidate, analysis };
      }
      case 'difference': {
        const { patternDifference } = await import('../../study/pattern-difference.ts');
        const { study, first, second } = request;
        const difference = patternDifference(
          this.#store.loadPattern(study, first),
          this.#store.loadPattern(study, second),
        );
        return { kind: 'difference', name: differenceName(first, second), difference };
      }
    }
  }

  /** A study's row as it was when it was first asked for: what the browser uses of it never changes. */
  #study(id: number): StudyRecord {
    const known = this.#studies.get(id);
    if (known !== undefined) return known;
    const study = unwrap(this.#store.getStudy(id));
    this.#studies.set(id, study);
    return study;
  }

  #board(id: number): Board {
    const known = this.#boards.get(id);
    if (known !== undefined) return known;
    const board = studyBoard(this.#store, this.#study(id));
    this.#boards.set(id, board);
    return board;
  }

  #info(id: number): StudyInfo {
    const study = this.#study(id);
    const training = trainingShown(this.#store, study);
    return {
      ...{ id, name: study.name, layers: study.architecture.layers },
      columns: candidateColumns(this.#board(id).columns, this.#board(id).score),
      training: this.#trainingWords(study),
      trained:
        training === null
          ? ''
          : `${scoreName(training.score)} on ${training.dataset} after ${training.epochs} epochs, ${training.engine} engine${training.sharedFront === null ? '' : ', shared front'}`,
    };
  }

  /** Options under which `train` trains as the study's own trainings were; none where it has none. */
  #trainingWords(study: StudyRecord): readonly string[] {
    const own = storedSettings(study);
    if (own.ok && own.value.training !== null) {
      const { dataset, settings, engine, backend, trainer } = own.value.training;
      return ['--data', dataset, ...trainingOptions(settings, engine, backend, trainer)];
    }
    const counted = this.#store.accuracyTraining(study.id);
    const settings = counted === null ? null : readBy(trainingSettingsSchema, counted.trainingSettings);
    if (counted === null || !settings?.ok) return [];
    return ['--data', counted.dataset, ...trainingOptions(settings.value, counted.engine, counted.backend)];
  }

  #window(listing: Listing, query: ListingQuery, wanted: WantedRows): ListingWindow {
    if (listing.kind === 'candidates') return this.#candidates(listing, query, wanted);
    const [rows, columns] =
      listing.kind === 'studies'
        ? [this.#studyRows(), studyColumns]
        : [this.#familyRows(listing.study.id), familyColumns];
    const ordered = orderedRows(rows, columns, { filter: termsOf(query), sort: query.sort });
    // Only what is shown leaves: values are for sorting.
    return windowOf(
      ordered.map(({ key, cells, state }) => ({ key, cells, state })),
      wanted,
    );
  }

  #candidates(listing: Listing & { kind: 'candidates' }, query: ListingQuery, wanted: WantedRows): ListingWindow {
    if (wanted.key === null && wanted.index === 0 && !this.#knows(listing, query))
      return this.#firstRows(listing, query, wanted);
    const snapshot = this.#snapshot(listing, query);
    const place = wanted.key === null ? null : snapshot.position(Number(wanted.key));
    const middle = Math.min(place ?? wanted.index, Math.max(0, snapshot.count - 1));
    const start = Math.max(0, middle - wanted.before);
    const rows = snapshot.page(start, middle - start + wanted.after);
    return { total: snapshot.count, start, rows: this.#shown(rows, listing), at: place };
  }

  /** The beginning of an order that is not known yet: the database need not sort all of it for that. */
  #firstRows(listing: Listing & { kind: 'candidates' }, query: ListingQuery, { after }: WantedRows): ListingWindow {
    const board = this.#board(listing.study.id);
    const asked = boardQuery(listing, query);
    const numbers = board.numbers(asked, { limit: after });
    const total = numbers.length < after ? numbers.length : board.count(asked);
    return { total, start: 0, rows: this.#shown(board.rows(numbers), listing), at: null };
  }

  #shown(rows: readonly BoardRow[], { study }: Listing & { kind: 'candidates' }): ListingRow[] {
    return rows.map((row) => candidateRow(row, this.#study(study.id), this.#board(study.id).score));
  }

  #knows(listing: Listing, query: ListingQuery): boolean {
    return this.#order?.name === JSON.stringify([listing, query]) && this.#order.version === this.version();
  }

  #snapshot(listing: Listing & { kind: 'candidates' }, query: ListingQuery): BoardSnapshot<BoardRow> {
    const name = JSON.stringify([listing, query]);
    const version = this.version();
    if (this.#order?.name === name && this.#order.version === version) return this.#order.snapshot;
    const snapshot = this.#board(listing.study.id).snapshot(boardQuery(listing, query));
    this.#order = { name, version, snapshot };
    return snapshot;
  }

  #keys({ listing, query, from, to }: DataRequest & { kind: 'keys' }): DataAnswer {
    if (listing.kind !== 'candidates') throw new Error('only candidates are marked');
    const numbers = this.#snapshot(listing, query).numbers(from, to - from + 1);
    return { kind: 'keys', study: listing.study, keys: numbers.map(String) };
  }

  #studyRows(): readonly ValuedRow[] {
    const sound = this.#store.listStudies().map((study): ValuedRow => {
      const { id, name, status, kind, architecture, candidates, trained, evaluated, createdAt, updatedAt, metric } =
        study;
      const verdict = verdictOf(study.result);
      const values = {
        ...{ id, study: name, status, kind, architecture: describeArchitecture(architecture), candidates, trained },
        ...{ evaluated, created: createdAt, updated: updatedAt, metric, verdict },
      };
      const shown = { ...values, created: timeText(createdAt), updated: timeText(updatedAt) };
      return { key: String(id), values, cells: texts(shown), state: status === 'running' ? 'running' : 'usual' };
    });
    const damaged = this.#store.damagedStudies().map(({ id, name, why }): ValuedRow => {
      const values = { id, study: name, status: 'damaged', architecture: why };
      return { key: String(id), values, cells: texts(values), state: 'troubled' };
    });
    // The newest first: that is what most look for.
    return [...sound, ...damaged].sort((a, b) => Number(b.key) - Number(a.key));
  }

  #familyRows(id: number): readonly ValuedRow[] {
    const families = this.#board(id).families();
    const rows = families.map(({ family, candidates, trained, bestScatter, bestAccuracy }): ValuedRow => {
      const values = { family, candidates, trained, 'best-scatter': bestScatter, 'best-accuracy': bestAccuracy };
      return { key: `family ${family}`, values, cells: familyCells(values), state: 'usual' };
    });
    const sum = (pick: (row: (typeof families)[number]) => number) => families.reduce((all, row) => all + pick(row), 0);
    const accuracies = families.flatMap(({ bestAccuracy }) => bestAccuracy ?? []);
    const all = {
      family: 'all families',
      candidates: sum(({ candidates }) => candidates),
      trained: sum(({ trained }) => trained),
      'best-scatter': families.length === 0 ? null : Math.max(...families.map(({ bestScatter }) => bestScatter)),
      'best-accuracy': accuracies.length === 0 ? null : Math.max(...accuracies),
    };
    return [{ key: '', values: all, cells: familyCells(all), state: 'usual' }, ...rows];
  }
}

function boardQuery({ family }: Listing & { kind: 'candidates' }, query: ListingQuery): BoardQuery {
  const own: FilterTerm[] =
    family === null ? [] : [{ at: 1, comparison: { column: 'family', operator: '=' }, value: family, excluded: false }];
  return { sort: query.sort, filter: [...own, ...termsOf(query)] };
}

function candidateRow({ number, state, record, why }: BoardRow, study: StudyRecord, score: MaybeScore): ListingRow {
  const key = String(number);
  if (record === null)
    return {
      key,
      cells: { candidate: key, strategy: `damaged: ${why ?? ''}`, family: `damaged: ${why ?? ''}`, state: 'damaged' },
      state: 'troubled',
    };
  const isTroubled = state === 'failed' || state === 'diverged' || state === 'stopped';
  const shown = state === 'running' ? 'running' : isTroubled ? 'troubled' : 'usual';
  return { key, cells: { ...candidateCells(record, study, score), state }, state: shown };
}

const texts = (values: Readonly<Record<string, string | number | null>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === null ? MISSING : String(value)]));

const familyCells = (values: Readonly<Record<string, string | number | null>>): Record<string, string> => ({
  ...texts(values),
  'best-scatter': fraction(values['best-scatter'] as number | null),
  'best-accuracy': percent(values['best-accuracy'] as number | null, 2),
});

/** "2026-11-28 21:05", in UTC */
const timeText = (time: string): string => time.slice(0, 16).replace('T', ' ');

function verdictOf(result: unknown): string | null {
  const verdict = (result as { readonly verdict?: unknown } | null)?.verdict;
  return typeof verdict === 'string' ? verdict : null;
}
