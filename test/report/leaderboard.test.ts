import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvDocument } from '../../src/report/csv.ts';
import type { LeaderboardView } from '../../src/report/leaderboard.ts';
import {
  leaderboardCsv,
  leaderboardJson,
  leaderboardJsonRow,
  leaderboardTable,
  leaderboardTrainingText,
} from '../../src/report/leaderboard.ts';
import type { CandidateRecord } from '../../src/store/records.ts';

const entryKeys = ['1:1 forward', '1:1 backward', '2:2 forward', '2:2 backward', '1:2 forward', '1:2 backward'];

const trained: CandidateRecord = {
  number: 37,
  fingerprint: '0123456789abcdef'.repeat(4),
  strategy: 'permutation-grid',
  family: 'permutation-grid',
  island: 0,
  round: 4,
  scatter: 0.91234,
  vector: [1, 1, 1, 1, 0.91234, 0.95],
  otherScatter: 0.75,
  otherVector: [1, 1, 1, 1, 0.75, 0.8],
  ties: {},
  audit: 'whole',
  createdAt: '2026-11-22T15:40:00.000Z',
  accuracy: { mean: 0.52317, sd: 0.0041, n: 3 },
  diverged: 0,
};

const untrained: CandidateRecord = {
  ...trained,
  ...{ number: 8, strategy: 'anneal', scatter: 0.6, otherScatter: null, otherVector: null, accuracy: null },
};

const view = { rows: [trained, untrained], entryKeys };
const jsonRows = (of: LeaderboardView) => [...of.rows].map((row) => leaderboardJsonRow(row, of));
const csvText = (of: LeaderboardView) => [...leaderboardCsv(of)].join('');
const text = (width: number) => leaderboardTable(view, { width, color: false, unicode: true }).trimEnd().split('\n');

test('a wide table shows everything that is known, scatter as a fraction and accuracy in percent', () => {
  const [heading, first, second] = text(200);
  expect(heading).toBe(
    ' #  strategy               S  accuracy  ± sd  seeds  1:1 fwd  1:1 bwd  2:2 fwd  2:2 bwd  1:2 fwd  1:2 bwd  fingerprint',
  );
  expect(first).toBe(
    '37  permutation-grid  0.9123   52.32 %  0.41      3   1.0000   1.0000   1.0000   1.0000   0.9123   0.9500  0123456789',
  );
  expect(second).toContain(' 8  anneal            0.6000         -     -      0');
});

test('trainings that diverged are told beside those that finished, in the table, in JSON and in CSV', () => {
  const shaky = { ...trained, accuracy: { mean: 1, sd: null, n: 1 }, diverged: 7 };
  const told = { rows: [trained, shaky], entryKeys };
  const [heading, first, second] = leaderboardTable(told, { width: 200, color: false, unicode: true }).split('\n');
  expect(heading).toMatch(/accuracy +± sd +seeds +diverged /);
  expect(first).toMatch(/52\.32 % +0\.41 +3 +0 /);
  expect(second).toMatch(/100\.00 % +- +1 +7 /);
  expect(jsonRows(told).map(({ diverged }) => diverged)).toEqual([0, 7]);
  const [header, , line] = csvText(told).split('\r\n');
  expect(header).toContain(',accuracyMean,accuracySd,accuracyN,diverged,');
  expect(line).toContain(',1,,1,7,');
});

test('what tells equal scatter apart has columns of its own where there is room, in JSON and in CSV', () => {
  const ties = { 'distinct-neighbourhoods': 0.5, 'four-cycles': null };
  const told = { rows: [{ ...trained, ties }], entryKeys };
  const wide = leaderboardTable(told, { width: 300, color: false, unicode: true }).split('\n');
  expect(wide[0]).toMatch(/distinct-neighbourhoods +four-cycles +fingerprint/);
  expect(wide[1]).toMatch(/0\.5000 +- +0123456789/);
  expect(jsonRows(told)[0].ties).toEqual(ties);
  const [header, line] = csvText(told).split('\r\n');
  expect(header.endsWith(',createdAt,distinct-neighbourhoods,four-cycles')).toBe(true);
  expect(line.endsWith(',0.5,')).toBe(true);
});

test('at 80 columns fingerprint and vector are left out, at 30 the table still says who and how good', () => {
  expect(text(80)[0]).toBe(' #  strategy               S  accuracy  ± sd  seeds');
  expect(text(30)[0]).toBe(' #  strategy       S  accuracy');
  expect(text(30)[1]).toBe('37  permuta…  0.9123   52.32 %');
  expect(text(12)[1]).toBe('37  0.9123');
});

test('the JSON value has the fields that are promised', () => {
  const [first, second] = jsonRows(view);
  expect(first).toMatchObject({
    candidate: 37,
    fingerprint: trained.fingerprint,
    strategy: 'permutation-grid',
    scatter: 0.91234,
    vector: trained.vector,
    accuracy: { mean: 0.52317, sd: 0.0041, n: 3 },
    entries: entryKeys,
  });
  expect(second.accuracy).toBeNull();
  expect(second.otherScatter).toBeNull();
  const known = jsonRows({ ...view, bestValidation: ({ number }) => (number === 37 ? 0.625 : 0.5) });
  expect(known.map(({ bestValidation }) => bestValidation)).toEqual([0.625, null]);
});

test('the JSON document is what JSON.stringify makes of all rows, written row by row', () => {
  const document = (of: LeaderboardView) => [...leaderboardJson(of)].join('');
  expect(document(view)).toBe(`${JSON.stringify(jsonRows(view), null, 2)}\n`);
  expect(document({ ...view, rows: [] })).toBe('[]\n');
});

test('accuracies come with what they are of, and the untrained without', () => {
  const training = { dataset: 'mnist', epochs: 30, engine: 'sparse', sharedFront: null, uncounted: [] };
  expect(leaderboardTrainingText(training)).toBe('Accuracy: on mnist after 30 epochs, by the sparse engine.');
  const settings = { trainings: 3, difference: 'settings', engine: 'sparse', backend: 'wasm' } as const;
  expect(leaderboardTrainingText({ ...training, epochs: 1, uncounted: [settings] })).toBe(
    'Accuracy: on mnist after 1 epoch, by the sparse engine; not counted: 3 trainings under other settings.',
  );
  expect(jsonRows({ ...view, training }).map((row) => row.training)).toEqual([
    { dataset: 'mnist', epochs: 30, engine: 'sparse', sharedFront: null },
    null,
  ]);
  expect(jsonRows(view).map((row) => row.training)).toEqual([null, null]);
});

test('a study that mixes engines, backends or versions of an engine says so', () => {
  const training = { dataset: 'mnist', epochs: 30, engine: 'sparse', sharedFront: null };
  const uncounted = [
    { trainings: 2, difference: 'engine', engine: 'tfjs', backend: 'cpu' },
    { trainings: 1, difference: 'version', engine: 'sparse', backend: 'wasm' },
  ] as const;
  expect(leaderboardTrainingText({ ...training, uncounted })).toBe(
    'Accuracy: on mnist after 30 epochs, by the sparse engine; not counted: 2 trainings by the tfjs engine on cpu, 1 training by another version of the sparse engine.',
  );
});

test('accuracies of connected layers on a shared front say so', () => {
  const sharedFront = { front: 'mnist-conv', trainedWith: 'dense', epochs: 6, backend: 'tensorflow' } as const;
  const training = { dataset: 'mnist', epochs: 3, engine: 'sparse', sharedFront, uncounted: [] };
  expect(leaderboardTrainingText(training)).toBe(
    'Accuracy: on mnist after 3 epochs, by the sparse engine, connected layers alone (front mnist-conv, shared: trained on tensorflow with the dense network, 6 epochs, once a seed).',
  );
});

test('CSV has the vector entries as columns, fractions in full, and nothing where nothing is known', () => {
  const [header, first, second, end] = csvText(view).split('\r\n');
  expect(header).toBe(
    'candidate,fingerprint,strategy,scatter,1:1 forward,1:1 backward,2:2 forward,2:2 backward,1:2 forward,1:2 backward,accuracyMean,accuracySd,accuracyN,diverged,otherScatter,invariant,island,round,audit,createdAt',
  );
  expect(first).toBe(
    `37,${trained.fingerprint},permutation-grid,0.91234,1,1,1,1,0.91234,0.95,0.52317,0.0041,3,0,0.75,,0,4,whole,2026-11-22T15:40:00.000Z`,
  );
  expect(second).toContain(',0.95,,,,0,,,0,4,whole,');
  expect(end).toBe('');
});

test('a CSV line of the wrong length is refused with got and expected', () => {
  expect(() => csvDocument(['a', 'b'], [['1', '2'], ['3']])).toThrow('line 2 has 1 fields; expected 2');
});

/** RFC 4180, read back as a strict reader would. */
function parseCsv(document: string): string[][] {
  const lines: string[][] = [];
  let fields: string[] = [];
  let at = 0;
  while (at < document.length) {
    const quoted = /"((?:[^"]|"")*)"(,|\r\n)/y;
    const plain = /([^",\r\n]*)(,|\r\n)/y;
    quoted.lastIndex = at;
    plain.lastIndex = at;
    const match = quoted.exec(document) ?? plain.exec(document);
    if (match === null) throw new Error(`not RFC 4180 at ${at}`);
    fields.push(document[at] === '"' ? match[1].replaceAll('""', '"') : match[1]);
    at += match[0].length;
    if (match[2] === '\r\n') {
      lines.push(fields);
      fields = [];
    }
  }
  return lines;
}

test('a CSV field cannot move the cursor or break a line', () => {
  expect(csvDocument(['a'], [['x\u001b[2J\r\ny\u202e']])).toBe('a\r\nx\\x1b[2J\\r\\ny\\u202e\r\n');
});

test('property: any fields written as CSV are read back as they were', () => {
  const field = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', ' ', 'é') });
  const lines = fc
    .integer({ min: 1, max: 4 })
    .chain((width) =>
      fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }),
    );
  fc.assert(
    fc.property(lines, ([header, ...rest]) => {
      expect(parseCsv(csvDocument(header, rest))).toEqual([header, ...rest]);
    }),
  );
});

test('property: fractions written as CSV are read back exactly', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (scatter, mean) => {
        const row = { ...trained, scatter, accuracy: { mean, sd: null, n: 1 } };
        const [header, fields] = parseCsv(csvText({ rows: [row], entryKeys }));
        const value = (name: string) => fields[header.indexOf(name)];
        expect(Number(value('scatter'))).toBe(scatter + 0);
        expect(Number(value('accuracyMean'))).toBe(mean + 0);
        expect(value('accuracySd')).toBe('');
      },
    ),
  );
});
