import { parseFilter } from '../../../src/store/index.ts';
import { type DataAnswer, type DataRequest, requestsOf } from '../../../src/terminal/browser/data-requests.ts';
import type { Listing, ListingColumn, ListingQuery, ListingRow } from '../../../src/terminal/browser/listing.ts';
import { orderedRows, type ValuedRow, windowOf } from '../../../src/terminal/browser/listing-rows.ts';
import { initialState } from '../../../src/terminal/browser/opening.ts';
import { type BrowserEvent, reduceBrowser } from '../../../src/terminal/browser/reduce.ts';
import type { BrowserState, Effect } from '../../../src/terminal/browser/state.ts';

const study = { id: 1, name: 'morse-1' };

const column = (name: string, kind: ListingColumn['kind'], first: ListingColumn['first']): ListingColumn => ({
  ...{ name, aliases: [], kind, first, title: name, align: kind === 'text' ? 'left' : 'right', isDefault: true },
});

const fakeColumns: readonly ListingColumn[] = [
  column('candidate', 'number', 'low'),
  column('family', 'text', 'low'),
  column('scatter', 'fraction', 'high'),
  column('accuracy', 'fraction', 'high'),
  column('seeds', 'number', 'high'),
];

/** Candidate n of a family of its remainder by three, of falling scatter, every fourth of them trained. */
export function fakeCandidate(number: number): ValuedRow {
  const values = {
    candidate: number,
    family: ['anneal', 'evolve', 'local'][number % 3],
    scatter: 1 - number / 1000,
    accuracy: number % 4 === 0 ? (number % 10) / 10 : null,
    seeds: number % 4 === 0 ? 3 : 0,
  };
  const cells = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value ?? '-')]));
  return { key: String(number), values, cells: { ...cells, 'whole-fingerprint': `f${number}` }, state: 'usual' };
}

/** A database that fits in a test. */
export class FakeSource {
  candidates: readonly ValuedRow[];
  /** every request, as it came */
  readonly asked: DataRequest[] = [];

  constructor(count: number) {
    this.candidates = Array.from({ length: count }, (_, at) => fakeCandidate(at + 1));
  }

  answer(request: DataRequest): DataAnswer {
    this.asked.push(request);
    switch (request.kind) {
      case 'study':
        return {
          kind: 'study',
          info: { ...study, layers: [8, 4, 4], columns: fakeColumns, training: ['--epochs', '3'], trained: '' },
        };
      case 'rows':
        return { kind: 'rows', request, window: windowOf(this.#rows(request.listing, request.query), request.wanted) };
      case 'keys': {
        const rows = this.#rows(request.listing, request.query).slice(request.from, request.to + 1);
        return { kind: 'keys', study, keys: rows.map(({ key }) => key) };
      }
      default:
        return { kind: 'fault', request, message: 'there is no such thing here' };
    }
  }

  #rows(listing: Listing, { filter, find, sort }: ListingQuery): readonly ListingRow[] {
    const terms = parseFilter(filter);
    if (!terms.ok) throw new Error(terms.message);
    const found =
      find === '' ? [] : [{ at: 1, comparison: null, value: find.replace(/^!/, ''), excluded: find[0] === '!' }];
    const all: readonly ValuedRow[] =
      listing.kind === 'candidates'
        ? this.candidates.filter(({ values }) => listing.family === null || values.family === listing.family)
        : [
            {
              key: listing.kind === 'studies' ? '1' : '',
              values: { study: 'morse-1' },
              cells: { study: 'morse-1', family: 'all families' },
              state: 'usual',
            },
          ];
    return orderedRows(all, fakeColumns, { filter: [...terms.value, ...found], sort });
  }
}

/** A browser without a terminal: events go in, and what is asked for is answered at once. */
export class Browsing {
  state: BrowserState;
  readonly source: FakeSource;
  readonly effects: Effect[] = [];

  constructor(count = 500, columns = 80, rows = 24) {
    this.source = new FakeSource(count);
    const query = { sort: [], filter: '', find: '' };
    this.state = initialState({ study: null, query, commandOptions: [] }, study, {});
    this.send({ kind: 'size', columns, rows });
  }

  send(event: BrowserEvent): this {
    const step = reduceBrowser(this.state, event);
    this.state = step.state;
    this.effects.push(...step.effects);
    for (let round = 0; round < 20; round++) {
      const [request] = requestsOf(this.state).filter(({ kind }) => ['study', 'rows', 'keys'].includes(kind));
      if (request === undefined) return this;
      this.state = reduceBrowser(this.state, { kind: 'answer', answer: this.source.answer(request) }).state;
    }
    throw new Error('the browser never has what it asks for');
  }

  /** Keys by name; what types more than one character is typed character by character. */
  press(...keys: readonly string[]): this {
    for (const name of keys) this.send({ kind: 'key', key: { name, text: name.length === 1 ? name : '' } });
    return this;
  }

  type(text: string): this {
    for (const character of text) {
      const name = character === ' ' ? 'space' : character;
      this.send({ kind: 'key', key: { name, text: character } });
    }
    return this;
  }
}
