import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { Random } from '../../src/base/random.ts';
import { judgeTable } from '../../src/validation/judge-table.ts';
import { readTrainedTable } from '../../src/validation/table.ts';
import type { TableRequest } from '../../src/validation/table-rows.ts';

/**
 * 3 942 patterns of a 5-layer, 512-wide network on flattened CIFAR-10, five seeds each (You, Leskovec, He, Xie, "Graph Structure of
 * Neural Networks", ICML 2020; results published under the MIT licence in facebookresearch/graph2nn, columns joined and renamed).
 */
const published = readFileSync(new URL('../fixtures/graph2nn-mlp-cifar10.csv', import.meta.url), 'utf8');
const table = unwrap(readTrainedTable(published));

const judge = (request: TableRequest, text?: string) =>
  judgeTable(text === undefined ? table : unwrap(readTrainedTable(text)), request, {
    ...{ random: Random.fromSeed(1), permutations: 999 },
  });

describe('a published table', () => {
  test('seeds repeat each other as an independent analysis found', () => {
    const [all] = unwrap(judge({ proxy: 'rewiring' })).strata;
    expect(all.icc).toBeCloseTo(0.287, 3);
    expect(all.reliability).toBeCloseTo(0.668, 3);
    expect(all.trainingSd).toBeCloseTo(0.327, 3);
    expect(all.patternSd).toBeCloseTo(0.208, 3);
    expect(all.ceiling.value).toBeCloseTo(0.81, 2);
  });

  test('the sign of the link turns with density, so there is no verdict over all strata', () => {
    const found = unwrap(judge({ proxy: 'rewiring', stratum: 'stratum', given: ['density'] }));
    expect(found.verdict).toBeNull();
    expect(found.meaning).toContain('never pooled');
    const by = Object.fromEntries(found.strata.map((stratum) => [stratum.stratum, stratum]));
    expect(by['0.10-0.15'].verdict).toBe('predicts');
    expect(by['0.20-0.30'].verdict).toBe('no-link');
    expect(by['0.40-0.60'].verdict).toBe('misleads');
    expect(by['0.10-0.15'].spearman).toBeCloseTo(0.63, 2);
    expect(by['0.40-0.60'].spearman).toBeCloseTo(-0.55, 2);
    expect(found.strata.reduce((total, { candidates }) => total + candidates, 0)).toBe(3942);
  });
});

const small = (rows: readonly string[]) => ['scatter,family,accuracy1,accuracy2', ...rows].join('\n');

const linked = small(
  Array.from({ length: 40 }, (_, row) => {
    const scatter = 0.3 + (0.7 * ((row * 7) % 40)) / 40;
    return `${scatter},f${row % 4},${0.8 + 0.05 * scatter},${0.81 + 0.05 * scatter}`;
  }),
);

describe('a table', () => {
  test('with families, a random level and a top is asked both questions', () => {
    const found = unwrap(judge({ family: 'family', randomLevel: 0.6, top: 1 }, linked));
    expect(found.verdict).toBe('predicts');
    expect(found.strata[0].questions).toHaveLength(2);
    expect(found.strata[0].gain?.value).toBeCloseTo(2, 6);
    expect(found.meaning).not.toContain('All patterns were taken');
  });

  test('without families says that candidates were taken as exchangeable', () => {
    const found = unwrap(judge({}, linked));
    expect(found.strata[0].questions).toHaveLength(1);
    expect(found.meaning).toContain('All patterns were taken as one family');
  });

  test('what a column explains is not the proxy’s', () => {
    const text = [
      'scatter,density,accuracy1',
      ...Array.from({ length: 60 }, (_, row) => {
        const density = row / 60;
        const scatter = density + 0.2 * (((row * 17) % 60) / 60);
        return `${scatter},${density},${0.5 + 0.3 * density}`;
      }),
    ].join('\n');
    expect(unwrap(judge({}, text)).verdict).toBe('predicts');
    expect(unwrap(judge({ given: ['density'] }, text)).verdict).toBe('no-link');
  });

  test('empty cells are missing, diverged ones diverged, and rows without either are left out', () => {
    const text = small(['0.3,a,0.5,', '0.5,a,diverged,0.6', '0.7,b,,', ',b,0.5,0.5', '0.9,b,0.5,0.7']);
    const found = unwrap(judge({}, text));
    expect(found.rows).toBe(3);
    expect(found.strata[0].diverged).toBe(1);
    expect(found.verdict).toBe('cannot-tell');
    expect(found.strata[0].seeds).toBe(2);
  });

  test.each([
    ['no accuracies', 'scatter,x\n1,2', {}, 'it has no column accuracy1'],
    ['a gap in the seeds', 'scatter,accuracy1,accuracy3\n1,0.5,0.5', {}, 'accuracy2 is missing'],
    ['percentages', 'scatter,accuracy1\n1,95.5', {}, 'no fraction from 0 to 1'],
    ['an accuracy below 0', 'scatter,accuracy1\n1,-0.5', {}, 'no fraction from 0 to 1'],
    ['semicolons', 'scatter;accuracy1\n0,1;0,5', {}, 'its columns stand between semicolons'],
    ['tabs', 'scatter\taccuracy1\n0.1\t0.5', {}, 'its columns stand between tabs'],
    ['decimal commas', 'scatter,accuracy1\n"0,1","0,5"', {}, 'line 2 has "0,5" in column accuracy1'],
    ['words among accuracies', 'scatter,accuracy1\n1,high', {}, 'line 2 has "high" in column accuracy1'],
    ['a column that is not there', linked, { proxy: 'rank' }, 'it has no column "rank"'],
    ['a proxy of words', linked, { proxy: 'family' }, 'its column family has "f0" in line 2'],
    ['no proxy to choose', 'a,b,accuracy1\n1,2,0.5', {}, 'no column "scatter"'],
    ['lines of unequal length', 'scatter,accuracy1\n1,0.5,7', {}, 'comma-separated'],
    ['nothing', '', {}, 'it has no rows'],
    ['a column twice', 'scatter,scatter,accuracy1\n1,2,0.5', {}, 'twice'],
  ])('with %s is refused with what is wrong', (_, text, request, message) => {
    const read = readTrainedTable(text);
    const outcome = read.ok ? judgeTable(read.value, request, { random: Random.fromSeed(1) }) : read;
    expect(outcome).toMatchObject({ ok: false, reason: 'bad-table' });
    expect(outcome.ok ? '' : `${outcome.message} ${outcome.nextStep}`).toContain(message);
  });

  test('levels the wrong way round beside the table’s own range are refused too', () => {
    expect(() => judge({ randomLevel: 2 }, linked)).toThrow('expected a top of scatter above the random level');
    expect(() => judge({ top: -1 }, linked)).toThrow(RangeError);
  });

  test('a proxy that is the same everywhere says nothing, of whatever size it is', () => {
    for (const value of ['5', '0.5', '-1e9', '1e-15']) {
      const text = linked.replace(/^0\.\d+/gm, value);
      const [all] = unwrap(judge({}, text)).strata;
      expect(all).toMatchObject({ verdict: 'cannot-tell', gain: null, p: null });
      expect(all.why).toContain('0 candidates differ in scatter');
    }
  });

  test('a proxy that a given column explains wholly says nothing', () => {
    const text = linked
      .split('\n')
      .map((line, index) => (index === 0 ? `double,${line}` : `${2 * Number(line.split(',')[0]) + 1},${line}`))
      .join('\n');
    for (const given of ['double', 'scatter']) {
      expect(unwrap(judge({ given: [given] }, text)).strata[0]).toMatchObject({ verdict: 'cannot-tell', p: null });
    }
  });

  test('the size of a proxy’s unit does not matter', () => {
    const scaledBy = (factor: number) =>
      linked.replace('scatter', 'norm').replace(/^0\.\d+/gm, (value) => String(factor * Number(value)));
    const answers = [1, 1e-16, 1e12].map((factor) => unwrap(judge({ proxy: 'norm' }, scaledBy(factor))).strata[0]);
    for (const { verdict, inOrder, p, gain } of answers) {
      expect({ verdict, inOrder, p }).toEqual({ verdict: 'predicts', inOrder: 1, p: answers[0].p });
      expect(gain?.value).toBeCloseTo(answers[0].gain?.value ?? 0, 6);
    }
  });

  test('levels keep their meaning when the line on given columns is taken off', () => {
    const text = linked
      .split('\n')
      .map((line, index) => `${index === 0 ? 'other' : (index * 13) % 7},${line}`)
      .join('\n');
    const [all] = unwrap(judge({ given: ['other'], family: 'family', randomLevel: 0.6, top: 1 }, text)).strata;
    expect(all.questions[1].candidates).toBeGreaterThan(15);
    expect(all.questions[1].answer).toBe('predicts');
    expect(all.meaning).toContain('More scatter given other goes with more accuracy');
  });

  test('NA and NaN are missing among proxies as among accuracies', () => {
    const text = linked.replace(/^0\.\d+,f0/m, 'NA,f0').replace(/^0\.\d+,f1/m, 'NaN,f1');
    expect(unwrap(judge({}, text)).rows).toBe(38);
  });

  test('levels the wrong way round are the caller’s mistake', () => {
    expect(() => judge({ randomLevel: 1, top: 0.5 }, linked)).toThrow(RangeError);
    expect(() => judge({ margin: 0 }, linked)).toThrow(RangeError);
  });

  test('a byte-order mark and Windows line ends are read', () => {
    expect(unwrap(judge({ family: 'family', randomLevel: 0.6 }, `\ufeff${linked.replaceAll('\n', '\r\n')}`)).rows).toBe(
      40,
    );
  });
});
