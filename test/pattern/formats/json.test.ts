import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonChunks, patternFromJson } from '../../../src/pattern/formats/json.ts';
import { denseJunction, fingerprint, makePattern } from '../../../src/pattern/pattern.ts';
import { EXAMPLE_FINGERPRINT, examplePattern, exampleRows, patterns } from '../sample-patterns.ts';
import { refusalOf } from './refusals.ts';

const example = () => ({
  format: 'scattershot/pattern',
  version: 1,
  layers: [8, 4, 4],
  junctions: structuredClone(exampleRows) as unknown[],
});

const parse = (body: unknown) => patternFromJson(Buffer.from(JSON.stringify(body)));

/** The example with one junction's row replaced. */
function withRow(junction: number, right: number, row: unknown) {
  const body = example();
  (body.junctions[junction - 1] as unknown[])[right] = row;
  return body;
}

describe('reading', () => {
  test('takes the documented form, fan-outs derived from its rows', () => {
    expect(parse(example())).toEqual({ pattern: examplePattern() });
  });

  test('takes rows in any order, optional fields, unknown fields and a byte order mark', () => {
    const body = {
      ...withRow(1, 0, [5, 4]),
      fanOuts: [1, 2],
      usedInputs: 7,
      usedOutputs: 3,
      shapes: [[2, 4], [4], [2, 2]],
    };
    const file = { ...body, fingerprint: EXAMPLE_FINGERPRINT, note: 'mine' };
    const { pattern } = patternFromJson(Buffer.from(`\uFEFF${JSON.stringify(file, null, 2)}`));
    const context = { usedInputs: 7, usedOutputs: 3, shapes: [[2, 4], [4], [2, 2]] };
    expect(pattern).toEqual({ ...examplePattern(), context });
  });

  test('takes null for a field left out', () => {
    const body = { ...example(), fanOuts: null, usedInputs: null, shapes: null, fingerprint: null };
    expect(parse(body)).toEqual({ pattern: examplePattern() });
  });

  test.each<[string, unknown, string]>([
    ['a list', [], 'it holds no JSON object'],
    ['null', null, 'it holds no JSON object'],
    ['a number', 12, 'it holds no JSON object'],
    ['another JSON', { name: 'x' }, 'its "format" must be "scattershot/pattern"; got undefined'],
    ['another format', { ...example(), format: 'onnx' }, 'got "onnx"'],
    ['no version', { ...example(), version: undefined }, 'its "version" must be 1; got undefined'],
    ['an odd version', { ...example(), version: '1' }, 'its "version" must be 1; got "1"'],
    ['an early version', { ...example(), version: 0.5 }, 'its "version" must be 1; got 0.5'],
    ['no layers', { ...example(), layers: undefined }, '"layers" must list at least 2 layers; got undefined'],
    ['one layer', { ...example(), layers: [8] }, '"layers" must list at least 2 layers; got a list of 1'],
    ['a text layer', { ...example(), layers: [8, '4', 4] }, 'layer 2 must be a whole number from 1; got "4"'],
    ['a fractional layer', { ...example(), layers: [8.5, 4, 4] }, 'layer 1 must be a whole number from 1; got 8.5'],
    ['a negative layer', { ...example(), layers: [8, 4, -4] }, 'layer 3 must be a whole number from 1; got -4'],
    ['a huge layer', { ...example(), layers: [1e99, 4, 4] }, 'layer 1 must be a whole number from 1; got 1e+99'],
    ['no junctions', { ...example(), junctions: undefined }, '"junctions" must be a list; got undefined'],
    ['junctions in an object', { ...example(), junctions: {} }, '"junctions" must be a list; got an object'],
    ['a junction of text', { ...example(), junctions: ['01', [[0]]] }, 'junction 1 must be a list of rows; got "01"'],
    ['a long text for a junction', { ...example(), junctions: ['x'.repeat(999), []] }, `got "${'x'.repeat(37)}…"`],
    ['a row of text', withRow(2, 3, '01'), 'junction 2, right neuron 3 must be a list of left neurons; got "01"'],
    ['a row of nothing', withRow(1, 0, null), 'junction 1, right neuron 0 must be a list of left neurons; got null'],
  ])('refuses %s as no pattern', (_, body, message) => {
    const refusal = refusalOf(() => parse(body));
    expect(refusal.reason).toBe('not-a-pattern');
    expect(refusal.message).toContain(message);
  });

  test('refuses a newer version as such', () => {
    const refusal = refusalOf(() => parse({ ...example(), version: 2, junctions: 'who knows' }));
    expect(refusal.reason).toBe('newer-version');
    expect(refusal.message).toBe('it has version 2 of the pattern format, newer than the 1 known here');
    expect(refusal.nextStep).toContain('Update Scattershot');
  });

  const at = 'junction 2, right neuron 1';
  test.each<[string, unknown, string]>([
    [
      'too many junctions',
      { ...example(), junctions: [...exampleRows, exampleRows[1]] },
      '3 layers have 2 junctions; got 3',
    ],
    [
      'too few rows',
      { ...example(), junctions: [exampleRows[0].slice(1), exampleRows[1]] },
      'junction 1 has rows for 3 right neurons; expected 4',
    ],
    ['too many rows', { ...example(), layers: [8, 4, 3] }, 'junction 2 has rows for 4 right neurons; expected 3'],
    ['a missing edge', withRow(2, 1, [2]), `${at} has fan-in 1; expected 2`],
    ['an edge too many', withRow(2, 1, [2, 3, 0]), `${at} has fan-in 3; expected 2`],
    ['a missing edge in the first row', withRow(1, 0, [4]), 'junction 1, right neuron 0 has fan-in 1; expected 2'],
    ['an empty row', withRow(2, 1, []), `${at} has fan-in 0; expected 2`],
    [
      'empty rows alone',
      { ...example(), layers: [2, 1], junctions: [[[]]] },
      'junction 1, right neuron 0 has fan-in 0; expected at least 1',
    ],
    ['a double edge', withRow(2, 1, [2, 2]), `${at}: left neuron 2 is connected twice`],
    [
      'a fan-out too high',
      withRow(2, 1, [0, 2]),
      'junction 2, right neuron 3: left neuron 0 has fan-out 3; expected 2',
    ],
    [
      'an index out of range',
      withRow(2, 1, [2, 4]),
      `${at}: left neuron 4 is out of range; expected a whole number from 0 to 3`,
    ],
    ['a negative index', withRow(2, 1, [-1, 2]), `${at}: left neuron -1 is out of range`],
    ['a fractional index', withRow(2, 1, [2, 2.5]), `${at}: left neuron 2.5 is out of range`],
    ['a huge index', withRow(2, 1, [2, 1e99]), `${at}: left neuron 1e+99 is out of range`],
    ['an index past 2^32', withRow(2, 1, [2, 2 ** 32 + 3]), `${at}: left neuron 4294967299 is out of range`],
    ['a text index', withRow(2, 1, [2, '3']), `${at}: left neuron "3" is out of range`],
    ['a null index, as NaN is written', withRow(2, 1, [2, Number.NaN]), `${at}: left neuron null is out of range`],
    ['a list as index', withRow(2, 1, [2, [3]]), `${at}: left neuron a list of 1 is out of range`],
    [
      'too few edges for the left neurons',
      { ...example(), layers: [4, 3], junctions: [[[0], [1], [2]]] },
      'junction 1, right neuron 0: 3 right neurons of fan-in 1 are 3 edges, too few for each of 4 left neurons to have one (the junction has fan-in 1, fan-out 0 to 1 (1 has 0, 3 have 1))',
    ],
    [
      'more edges than neurons',
      { ...example(), layers: [1, 1], junctions: [[[0, 0]]] },
      'junction 1, right neuron 0 has fan-in 2, above the 1 neurons on its left',
    ],
    [
      'a layer of two billion that is not there',
      { ...example(), layers: [2 ** 31 - 1, 1], junctions: [[[0]]] },
      'too few for each of 2147483647 left neurons to have one',
    ],
    [
      'wrong fan-outs',
      { ...example(), fanOuts: [1, 3] },
      'junction 2, right neuron 0 has fan-in 2, hence fan-out 2; the file says 3',
    ],
    [
      'fan-outs of another count',
      { ...example(), fanOuts: [1] },
      '"fanOuts" must be the 1,2 of its rows; got a list of 1',
    ],
    ['fan-outs in text', { ...example(), fanOuts: '1,2' }, '"fanOuts" must be the 1,2 of its rows; got "1,2"'],
    ['too much padding', { ...example(), usedInputs: 9 }, 'used inputs must be a whole number from 1 to 8; got 9'],
    ['padding in text', { ...example(), usedOutputs: '3' }, 'used outputs must be a whole number from 1 to 4; got 3'],
    [
      'shapes that do not fit',
      { ...example(), shapes: [[3, 3], [4], [4]] },
      'the shape of layer 1 must hold its 8 neurons; got 3x3 = 9',
    ],
    ['shapes of another count', { ...example(), shapes: [[8]] }, 'shapes must be given for all 3 layers; got 1'],
    ['shapes in text', { ...example(), shapes: '2x4' }, 'its shapes must be one list of sides a layer'],
    ['shapes of text', { ...example(), shapes: ['2x4', [4], [4]] }, 'its shapes must be one list of sides a layer'],
  ])('refuses %s, naming where', (_, body, message) => {
    const refusal = refusalOf(() => parse(body));
    expect(refusal.reason).toBe('faulty-pattern');
    expect(refusal.message).toContain(message);
  });

  test.each([[EXAMPLE_FINGERPRINT.replace('4', '5')], [''], [12], [[EXAMPLE_FINGERPRINT]]])(
    'refuses edges that are not those of the fingerprint %j',
    (fingerprint) => {
      const refusal = refusalOf(() => parse({ ...example(), fingerprint }));
      expect(refusal.reason).toBe('fingerprint-mismatch');
      expect(refusal.message).toContain('4de9b29149b4');
    },
  );

  test('refuses every truncation of a file, and bodies that are no JSON', () => {
    const text = [...jsonChunks({ pattern: examplePattern() })].join('').trimEnd();
    for (let length = 0; length < text.length; length++) {
      const refusal = refusalOf(() => patternFromJson(Buffer.from(text.slice(0, length))));
      expect(refusal.reason).toBe('not-a-pattern');
      expect(refusal.message).toMatch(/it is not JSON, or was cut short|it is nested more than 100 deep/);
    }
    for (const body of ['', 'PK\x03\x04', '{"format":NaN}', '\0\0\0', '['.repeat(200_000)]) {
      const refusal = refusalOf(() => patternFromJson(Buffer.from(body)));
      expect(refusal.message).toMatch(/it is not JSON, or was cut short|it is nested more than 100 deep/);
      expect(refusal.message).not.toContain('\n');
      expect(refusal.message.length).toBeLessThan(200);
    }
  });

  test('refuses lists nested a hundred thousand deep wherever they stand, without falling over', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const marked = (body: unknown) => Buffer.from(JSON.stringify(body).replace('"DEEP"', deep));
    for (const body of [
      { ...example(), format: 'DEEP' },
      { ...example(), layers: ['DEEP', 4, 4] },
      { ...example(), junctions: 'DEEP' },
      { ...example(), shapes: 'DEEP' },
      { ...example(), fingerprint: 'DEEP' },
      withRow(1, 0, ['DEEP', 1]),
    ]) {
      expect(['not-a-pattern', 'faulty-pattern', 'fingerprint-mismatch']).toContain(
        refusalOf(() => patternFromJson(marked(body))).reason,
      );
    }
  });

  test('property: any change of one value of a file is either refused or gives the same pattern', () => {
    const anything = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.constantFrom(null, true, [], {}, [[]]));
    fc.assert(
      fc.property(fc.nat(), anything, (pick, value) => {
        const body = { ...example(), fanOuts: [1, 2], fingerprint: EXAMPLE_FINGERPRINT };
        const slots = slotsOf(body);
        slots[pick % slots.length](value);
        try {
          expect(parse(body).pattern).toEqual(examplePattern());
        } catch (error) {
          if ((error as Error).name !== 'ScattershotError') throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** A setter for every value inside a body. */
function slotsOf(holder: object): ((value: unknown) => void)[] {
  return Object.entries(holder).flatMap(([key, value]) => [
    (replacement: unknown) => {
      (holder as Record<string, unknown>)[key] = replacement;
    },
    ...(typeof value === 'object' ? slotsOf(value) : []),
  ]);
}

describe('writing', () => {
  test('gives the documented fields first, and what is known beside them', () => {
    const context = { usedInputs: 7, shapes: [[2, 4], [4], [4]] as const };
    const body = JSON.parse([...jsonChunks({ pattern: { ...examplePattern(), context } })].join(''));
    expect(body).toEqual({
      ...example(),
      fanOuts: [1, 2],
      context,
      fingerprint: EXAMPLE_FINGERPRINT,
    });
    expect(Object.keys(body).slice(0, 3)).toEqual(['format', 'version', 'layers']);
  });

  test('hands a large pattern on in pieces, none of them large', () => {
    const pattern = makePattern({ layers: [500, 400], fanOuts: [400] }, [denseJunction(500, 400)]);
    const chunks = [...jsonChunks({ pattern })];
    expect(chunks.length).toBeGreaterThan(2);
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThan(300_000);
    expect(fingerprint(patternFromJson(Buffer.from(chunks.join(''))).pattern)).toBe(fingerprint(pattern));
  });

  test('property: what is written is read back', () => {
    fc.assert(
      fc.property(patterns, fc.nat(), fc.nat(), (pattern, inputs, outputs) => {
        const { layers } = pattern;
        const context = {
          usedInputs: 1 + (inputs % layers[0]),
          usedOutputs: 1 + (outputs % layers[layers.length - 1]),
        };
        const written = { ...pattern, context };
        expect(patternFromJson(Buffer.from([...jsonChunks({ pattern: written })].join(''))).pattern).toEqual(written);
      }),
    );
  });
});
