import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defineArchitecture } from '../../../src/pattern/architecture.ts';
import { makePattern } from '../../../src/pattern/pattern.ts';
import type { CandidateFacts } from '../../../src/study/candidate-facts.ts';
import { patternDifference } from '../../../src/study/pattern-difference.ts';
import { reduceBrowser } from '../../../src/terminal/browser/reduce.ts';
import { levelOf } from '../../../src/terminal/browser/state.ts';
import { browserLines, viewText } from '../../../src/terminal/browser/views/browser-view.ts';
import { lineLength } from '../../../src/terminal/lines.ts';
import { Browsing } from './fake-source.ts';

const theme = { color: false, unicode: true };
const ascii = { color: false, unicode: false };
const screen = ({ state }: Browsing, look = theme) =>
  browserLines(state, look).map((line) => line.map(({ text }) => text).join(''));

/** Facts of a candidate of two seeds, one of which diverged. */
function facts(number: number, scatter: number): CandidateFacts {
  const run = (seed: number, status: 'finished' | 'diverged') => ({
    ...{
      id: seed,
      candidate: number,
      seed,
      settingsDigest: 'aa',
      status,
      reason: status === 'diverged' ? 'its loss is infinite' : null,
    },
    ...{
      dataset: 'morse',
      datasetDigest: 'bb',
      trainingSettings: { epochs: 2, optimizer: number > 1 ? 'sgd' : 'adam' },
      engine: 'sparse',
      backend: 'wasm',
    },
    ...{ device: 'cpu', testAccuracy: status === 'finished' ? 0.61 : null, samplesPerSecond: 1000, durationMs: 5 },
    ...{ startedAt: '2026-01-01T00:00:00Z', finishedAt: null, version: '1', node: '20', platform: 'linux' },
    epochs: [1, 2].map((epoch) => ({ epoch, loss: 2 / epoch, accuracy: 0.5, validationAccuracy: 0.3 * epoch })),
  });
  return {
    ...{
      study: 'morse-1',
      metric: 'indicator',
      architecture: '8-4-4 (1,2)',
      bound: 1,
      certificate: null,
      invariant: scatter,
    },
    candidate: {
      ...{
        number,
        fingerprint: `f${number}`,
        strategy: 'anneal',
        family: 'anneal',
        island: 0,
        round: 1,
        scatter,
        audit: 'whole',
      },
      ...{ vector: [scatter, 1], otherScatter: null, otherVector: null, ties: {}, createdAt: '2026-01-01T00:00:00Z' },
      ...{ accuracy: { mean: 0.61, sd: 0.01, n: 2 }, diverged: 1 },
    },
    entries: [
      { key: '1:1 forward', value: scatter, bound: 1, vacuous: false, windows: 4, windowSize: 2, ideal: 1 },
      { key: '1:1 backward', value: 1, bound: 1, vacuous: true, windows: 1, windowSize: 4, ideal: 1 },
    ],
    interval: { low: 0.52, high: 0.7 },
    settingsDigest: 'aa',
    runs: [run(1, 'finished'), run(2, 'diverged')],
  };
}

test('property: on any screen, at any level, the lines fit it', () => {
  const keys = fc.array(
    fc.constantFrom('enter', 'escape', 'tab', 'down', 'right', 'f', '?', 'c', 'space', '=', 'o', '/', 'x', 't', 'e'),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 60 }),
      keys,
      fc.boolean(),
      (columns, rows, pressed, unicode) => {
        const browsing = new Browsing(30, columns, rows).press(...pressed);
        const lines = browserLines(browsing.state, { color: true, unicode });
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) expect(lineLength(line, theme)).toBeLessThanOrEqual(columns);
      },
    ),
    { numRuns: 150 },
  );
});

test('control characters of a database are shown as escapes, and wide characters take two columns', () => {
  const browsing = new Browsing(3, 60, 12);
  const [first, ...others] = browsing.source.candidates;
  browsing.source.candidates = [{ ...first, cells: { ...first.cells, family: '漢字\u001b[31m\u202e' } }, ...others];
  browsing.send({ kind: 'changed' });
  const text = screen(browsing).join('\n');
  expect(text).toContain('漢字\\x1b[31m\\u202e');
  const rows = browserLines(browsing.state, theme).slice(3, 6);
  expect(new Set(rows.map((line) => lineLength(line, theme))).size).toBe(1);
});

test('without Unicode every character is ASCII', () => {
  const browsing = new Browsing(3, 60, 12).press('space', 'v');
  expect(screen(browsing, ascii).join('')).toMatch(/^[\x20-\x7f]*$/);
});

test('the way is shown, with its beginning cut off where there is no room', () => {
  expect(screen(new Browsing(3, 60, 12))[0]).toBe('studies › morse-1 › all families');
  expect(screen(new Browsing(3, 20, 12))[0]).toBe('… › all families');
});

test('the help lists the keys of this view and no others', () => {
  const candidates = screen(new Browsing(3, 100, 60).press('?')).join('\n');
  expect(candidates).toMatch(/mark the candidate/);
  expect(candidates).not.toMatch(/enlarge the picture/);
  expect(screen(new Browsing(3, 100, 60).press('enter', 'tab', 'tab', '?')).join('\n')).toMatch(/enlarge the picture/);
});

test('columns that do not fit are reached by the cursor, the first one always shown', () => {
  const browsing = new Browsing(3, 40, 12);
  expect(screen(browsing)[2]).not.toContain('seeds');
  browsing.press('right', 'right', 'right', 'right');
  expect(screen(browsing)[2]).toMatch(/candidate.*\[seeds\]/);
});

test('a candidate’s page shows its vector between random level and bound, its trainings, and what diverged', () => {
  const browsing = new Browsing(3, 110, 30).press('enter');
  browsing.send({ kind: 'answer', answer: { kind: 'facts', candidate: 1, facts: facts(1, 0.8) } });
  const analysis = { random: [0.6, 1], randomScatter: 0.6, proxies: [], pictures: [] };
  browsing.send({ kind: 'answer', answer: { kind: 'analysis', candidate: 1, analysis } });
  const page = screen(browsing).join('\n');
  expect(page).toMatch(/1:1 forward +0\.8000 +0\.600 \[█+░+\] 1\.000/);
  const bar = /\[(█+)(░+)\]/.exec(page);
  expect(bar?.[1].length).toBe(bar?.[2].length);
  expect(page).toMatch(/1:1 backward +1\.0000 +1 for every pattern/);
  expect(page).toMatch(/61\.00 % ± 1\.00, 95 % interval 52\.00 % to 70\.00 %, 2 seeds; 1 diverged/);
  browsing.press('tab');
  const trainings = screen(browsing).join('\n');
  expect(trainings).toMatch(/2 +diverged .*its loss is infinite/);
  expect(trainings).toMatch(/loss by epoch +validation accuracy/);
});

test('a comparison marks the best, and its settings are those that differ', () => {
  const browsing = new Browsing(9, 110, 30).press('space', 'space', '=');
  for (const [number, scatter] of [
    [1, 0.7],
    [2, 0.9],
  ] as const) {
    browsing.send({ kind: 'answer', answer: { kind: 'facts', candidate: number, facts: facts(number, scatter) } });
  }
  const page = screen(browsing).join('\n');
  expect(page).toMatch(/S +1\.0000 +0\.7000 +0\.9000\*/);
  expect(page).toMatch(/95 % from +52\.00 % +52\.00 %/);
  expect(page).toMatch(/95 % to +70\.00 % +70\.00 %/);
  expect(page).toMatch(/1:1 backward +vacuous +1\.0000 +1\.0000/);
  browsing.press('shift-tab');
  const settings = screen(browsing).join('\n');
  expect(settings).toMatch(/optimizer +adam +sgd/);
  expect(settings).toMatch(/fingerprint +f1 +f2/);
  expect(settings).not.toMatch(/dataset/);
});

test('differing edges are counted and drawn', () => {
  const browsing = new Browsing(9, 110, 30).press('space', 'space', '=', 'tab');
  const architecture = defineArchitecture({ layers: [4, 2], fanOuts: [1] });
  const pattern = (...sources: number[]) => makePattern(architecture, [Uint32Array.from(sources)]);
  const difference = patternDifference(pattern(0, 1, 2, 3), pattern(0, 2, 1, 3));
  browsing.send({ kind: 'answer', answer: { kind: 'difference', name: '1 2', difference } });
  const page = screen(browsing).join('\n');
  expect(page).toMatch(/junction 1 +2 +2 +2 +50\.0 %/);
  expect(page).toMatch(/edges of 1 alone +junction 1, edges of 2 alone/);
  expect(page).toMatch(/⣿|⠛|⣤/);
});

test('a fault of the database is told in the view, which can be left', () => {
  const browsing = new Browsing(3, 100, 20).press('enter');
  const request = { kind: 'facts', study: 1, candidate: 1 } as const;
  browsing.state = reduceBrowser(browsing.state, {
    kind: 'answer',
    answer: { kind: 'fault', request, message: 'the disk is gone. Plug it in.' },
  }).state;
  expect(screen(browsing).join('\n')).toContain('the disk is gone. Plug it in.');
  expect(levelOf(browsing.press('escape').state).kind).toBe('listing');
});

test('the visible table is text without signs of the terminal', () => {
  const text = viewText(new Browsing(3, 60, 12).state, { color: true, unicode: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that there is none
  expect(text).not.toMatch(/\u001b/);
  expect(text).toMatch(/evolve +0\.999/);
});

test('a long sentence under a typed line, or from a command, is told whole on a narrow screen, and the cursor stays on it', () => {
  const browsing = new Browsing(30, 40, 15).press('end', 'f').type('nothing>3');
  expect(screen(browsing).join(' ')).toMatch(/there is no column "nothing" \(character 1 of\s+/);
  expect(screen(browsing).slice(-4).join(' ')).not.toContain('…');
  expect(screen(browsing).filter((line) => line.startsWith('▸'))).toHaveLength(1);
  expect(screen(browsing)).toHaveLength(15);
  browsing.press('escape');
  const text = 'Copied the command of this candidate; it is also in /home/somebody/.config/scattershot/copied.txt';
  browsing.send({ kind: 'notice', notice: { text, tone: 'good' } });
  expect(screen(browsing).join('')).toContain('copied.txt');
  const training = new Browsing(30, 80, 24).press('t');
  expect(screen(training).join(' ')).toMatch(/Enter runs, Ctrl-Y copies: scattershot train .* --detach/);
});

test('the help is whole on a narrow screen, says that there is more of it, and scrolls no further than its end', () => {
  const browsing = new Browsing(3, 40, 15).press('?');
  expect(screen(browsing).at(-1)).toMatch(/↓ more/);
  for (let step = 0; step < 200; step++) browsing.press('down');
  expect(screen(browsing).at(-1)).not.toMatch(/↓ more/);
  const end = screen(browsing);
  browsing.press('up');
  expect(screen(browsing)).not.toEqual(end);
  const all = new Set<string>();
  for (let step = 0; step < 200; step++) for (const line of screen(browsing.press('up'))) all.add(line);
  expect([...all].filter((line) => line.includes('…'))).toEqual([]);
});

test('a page that was scrolled to its end scrolls back with the next key', () => {
  const browsing = new Browsing(3, 60, 12).press('enter');
  browsing.send({ kind: 'answer', answer: { kind: 'facts', candidate: 1, facts: facts(1, 0.8) } });
  browsing.press('end');
  const end = screen(browsing);
  browsing.press('down', 'down', 'pagedown');
  expect(screen(browsing)).toEqual(end);
  browsing.press('up');
  expect(screen(browsing)).not.toEqual(end);
});

test('long settings are cut so that candidates stand beside each other; what is measured on a pattern is no setting', () => {
  const browsing = new Browsing(9, 60, 30).press('space', 'space', '=', 'shift-tab');
  for (const number of [1, 2]) {
    const one = facts(number, 0.7);
    const candidate = { ...one.candidate, fingerprint: String(number).repeat(64), ties: { 'four-cycles': number } };
    browsing.send({ kind: 'answer', answer: { kind: 'facts', candidate: number, facts: { ...one, candidate } } });
  }
  const page = screen(browsing).join('\n');
  expect(page).toMatch(/#1 +#2/);
  expect(page).toMatch(/fingerprint +1+… +2+…/);
  expect(page).not.toContain('four-cycles');
});

test('labels and long texts of a candidate’s origin are whole', () => {
  const browsing = new Browsing(3, 60, 40).press('enter', 'shift-tab');
  const one = facts(1, 0.8);
  const candidate = { ...one.candidate, fingerprint: 'abcdef'.repeat(11), ties: { 'distinct-neighbourhoods': 0.99 } };
  browsing.send({ kind: 'answer', answer: { kind: 'facts', candidate: 1, facts: { ...one, candidate } } });
  const page = screen(browsing).join('\n');
  expect(page).toMatch(/distinct-neighbourhoods 0\.99/);
  expect(page).not.toContain('…');
});

test('five candidates have room beside each other on 80 columns, and two on 40', () => {
  for (const [columns, marks] of [
    [80, 5],
    [40, 2],
  ] as const) {
    const browsing = new Browsing(9, columns, 24).press(...Array.from({ length: marks }, () => 'space'), '=');
    for (let number = 1; number <= marks; number++)
      browsing.send({ kind: 'answer', answer: { kind: 'facts', candidate: number, facts: facts(number, 0.7) } });
    const [, , heading] = screen(browsing);
    expect(heading.match(/#\d/g)).toHaveLength(marks);
  }
});

test('on 80 columns it is told why a training failed, and what a proxy’s unit is', () => {
  const browsing = new Browsing(3, 80, 30).press('enter');
  const one = facts(1, 0.8);
  const runs = one.runs.map((run) => ({ ...run, device: '2 × a processor of a long name that takes much room' }));
  browsing.send({ kind: 'answer', answer: { kind: 'facts', candidate: 1, facts: { ...one, runs } } });
  const proxy = { name: 'distinct-neighbourhoods', value: 0.99, better: 'higher', reason: null } as const;
  const proxies = [{ ...proxy, unit: 'fraction of all neurons' }];
  const analysis = { random: [0.6, 1], randomScatter: 0.6, proxies, pictures: [] };
  browsing.send({ kind: 'answer', answer: { kind: 'analysis', candidate: 1, analysis } });
  expect(screen(browsing).join('\n')).toMatch(/distinct-neighbourhoods +0\.99\d* +higher; fraction of all neurons/);
  expect(screen(browsing.press('tab')).join('\n')).toMatch(/diverged +its loss is infinite/);
});

test('while columns are chosen every key is told, on a narrow screen too', () => {
  const lines = screen(new Browsing(3, 40, 15).press('c'));
  expect(lines).toHaveLength(15);
  const text = lines.join(' ').replaceAll(/ +/g, ' ');
  expect(text).toContain('Space shows or hides, Enter keeps, Escape cancels, K earlier, J later, d the usual ones');
});
