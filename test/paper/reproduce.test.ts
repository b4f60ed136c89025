import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { reproduceCommand } from '../../src/cli/commands/reproduce.ts';
import { fig1 } from '../../src/paper/fig1.ts';
import { fig2 } from '../../src/paper/fig2.ts';
import { fig3 } from '../../src/paper/fig3.ts';
import { judgeAbout, judgeBetter, judgeLoss, judgeNoLoss } from '../../src/paper/judge-claim.ts';
import { meanInterval } from '../../src/paper/mean-interval.ts';
import { reproduce } from '../../src/paper/reproduce.ts';
import { scales } from '../../src/paper/scale.ts';
import { targets } from '../../src/paper/targets.ts';
import { densityOf, differenceOf, type TrainedNetwork } from '../../src/paper/trained-network.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import { parameterSavings } from '../../src/study/parameter-savings.ts';
import { madeBy } from '../store/sample-rows.ts';

async function withHome<T>(work: (store: Store, cacheFolder: string) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'scattershot-paper-'));
  const store = unwrap(openStore(join(home, 'paper.db'), { mode: 'write', madeBy }));
  try {
    return await work(store, home);
  } finally {
    store.close();
    rmSync(home, { recursive: true, force: true });
  }
}

const trainings = (store: Store) =>
  store.listStudies().flatMap(({ id }) => store.evaluations(id).map(({ id: row, startedAt }) => `${row} ${startedAt}`));

test.each(['fig1', 'fig2', 'link'] as const)('%s runs at smoke scale, and judges nothing by it', async (target) => {
  await withHome(async (store, cacheFolder) => {
    const { claims, plots, status, notes, seeds } = await reproduce(target, {
      scale: 'smoke',
      store,
      cacheFolder,
      workers: 2,
    });
    expect(status).toBe('finished');
    expect(seeds).toBe(target === 'link' ? 1 : 2);
    expect(notes.length).toBeGreaterThan(0);
    expect(plots.every(({ points }) => points.length > 0)).toBe(true);
    for (const { claim, measured, holds, note } of claims) {
      expect(measured, claim).not.toBeNull();
      expect(holds).toBeNull();
      expect(note).toContain('at smoke scale');
    }
  });
});

test('fig3 that was interrupted goes on, and trains nothing twice', async () => {
  await withHome(async (store, cacheFolder) => {
    const stop = new AbortController();
    const options = { scale: 'smoke', seeds: 1, store, cacheFolder, workers: 1 } as const;
    const begun: string[] = [];
    const interrupted = await reproduce('fig3', {
      ...options,
      signal: stop.signal,
      onProgress: (text) => {
        begun.push(text);
        // Two networks: what each training and the network came to.
        if (begun.length === 4) stop.abort();
      },
    });
    expect(interrupted.status).toBe('interrupted');
    expect(interrupted.claims.some(({ measured }) => measured === null)).toBe(true);
    const before = trainings(store);
    expect(before).toHaveLength(2);
    const told: string[] = [];
    const finished = await reproduce('fig3', { ...options, onProgress: (text) => void told.push(text) });
    expect(finished.status).toBe('finished');
    expect(told.filter((text) => text.includes('1 of 1 trained before'))).toHaveLength(2);
    const after = trainings(store);
    expect(after).toHaveLength(fig3.networks('smoke').length);
    expect(after).toEqual(expect.arrayContaining(before));
  });
});

test('a part of a figure trains its own networks alone, and judges its claims', async () => {
  const part = 'split-50';
  const own = fig3.networks('smoke').filter((network) => network.parts.includes(part));
  const told: string[] = [];
  const found = await reproduce('fig3', {
    ...{ scale: 'smoke', seeds: 1, workers: 1, part },
    onProgress: (text) => void told.push(text),
  });
  expect(found).toMatchObject({ part, status: 'finished' });
  expect(found.claims).toHaveLength(4);
  expect(found.claims.every(({ measured }) => measured !== null)).toBe(true);
  expect(found.plots).toHaveLength(1);
  // Each training when it ends, and each network.
  expect(told.filter((text) => /: seed 1: [\d.]+ %$/.test(text))).toHaveLength(own.length);
  expect(told.filter((text) => text.startsWith(`${own.length} of ${own.length}: `))).toHaveLength(2);
});

test('a part that is interrupted lists its own claims as not measured, and no others', async () => {
  const signal = AbortSignal.abort();
  const all = await reproduce('fig3', { scale: 'smoke', signal });
  const { claims, plots, status } = await reproduce('fig3', { scale: 'smoke', part: 'split-25', signal });
  expect(status).toBe('interrupted');
  expect(claims).toEqual(all.claims.filter(({ claim }) => claim.startsWith('25 % overall')));
  expect(claims.map(({ measured }) => measured)).toEqual([null, null, null, null]);
  expect(plots).toHaveLength(1);
});

test('the notes of a part are its own', async () => {
  const notes = async (part?: string) => {
    const { notes: all } = await reproduce('fig2', { scale: 'small', part, signal: AbortSignal.abort() });
    return all.join(' ');
  };
  expect(await notes('cl')).not.toMatch(/frozen/);
  expect(await notes('conv')).not.toMatch(/100/);
  expect(await notes()).toMatch(/frozen.*100/);
});

test('every network of a figure belongs to one of its parts, every part has networks, and the help names them', () => {
  const option = reproduceCommand().options.find(({ long }) => long === '--part');
  for (const figure of [fig1, fig2, fig3]) {
    const names = figure.parts.map(({ name }) => name);
    expect(option!.description).toContain(names.join(', '));
    for (const scale of scales) {
      const parts = figure.networks(scale).map((network) => network.parts);
      expect(parts.every((each) => each.length > 0)).toBe(true);
      expect(new Set(parts.flat())).toEqual(new Set(names));
    }
  }
});

test('a part that a target does not have is refused, and those it has are named', async () => {
  await expect(reproduce('fig3', { part: 'cl' })).rejects.toThrow(/equal, split-25, split-50; got cl/);
  await expect(reproduce('table1', { part: 'cl' })).rejects.toThrow(/table1 has no parts/);
});

test.each(['table1', 'table2', 'fig4', 'fig6'] as const)('%s needs no training', async (target) => {
  const { claims, plots, seeds } = await reproduce(target);
  expect(seeds).toBe(0);
  expect(plots[0].points.length).toBeGreaterThan(0);
  const broken = claims.filter(({ holds }) => holds !== true);
  expect(broken).toHaveLength({ table1: 1, table2: 3, fig4: 0, fig6: 0 }[target]);
  for (const { measured, low, high } of claims) expect([low, high]).toEqual([measured, measured]);
});

test('densities, reductions and accuracies are shares from 0 to 1, shown in per cent', async () => {
  const tables = [...(await reproduce('table1')).claims, ...(await reproduce('table2')).claims];
  const shares = tables.filter(({ unit }) => unit === 'share');
  expect(shares).toHaveLength(16 + 2 * 7);
  for (const { measured, printed } of shares) expect(100 * (measured ?? 0)).toBeCloseTo(Number(printed), 1);
});

test('a target, a scale or a number of seeds that is none is refused', async () => {
  await expect(reproduce('fig5' as never)).rejects.toThrow(/must be table1, .*; got fig5/);
  await expect(reproduce('fig3', { scale: 'large' as never })).rejects.toThrow(/smoke, small, paper/);
  await expect(reproduce('fig3', { seeds: 0 })).rejects.toThrow(/from 1; got 0/);
  expect(targets).toHaveLength(8);
});

test('the networks of every figure and scale can be, and no two of one figure share a name', () => {
  for (const figure of [fig1, fig2, fig3]) {
    for (const scale of scales) {
      const names = figure.networks(scale).map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  }
});

test('figure 2 compares networks of equal parameters, within 2 %', () => {
  const alike = new Set(['224: 26,10', '112: 27,10', '56: 28,10', '28: 28,10']);
  const weights = fig2
    .networks('paper')
    .filter(({ name }) => alike.has(name))
    .map(({ request }) => parameterSavings(request.architecture, null).weights);
  expect(weights).toHaveLength(4);
  for (const each of weights) expect(Math.abs(each / 22232 - 1)).toBeLessThan(0.02);
});

test('figure 3 splits exactly 25 % and 50 % between the junctions', () => {
  const split = fig3.networks('small').map((network) => densityOf(network));
  expect(split.filter((density) => density === 25)).toHaveLength(7);
  expect(split.filter((density) => density === 50)).toHaveLength(7);
});

test('an interval is Student’s, of differences by seed', () => {
  expect(meanInterval([1, 2, 3])).toEqual({
    value: 2,
    low: expect.closeTo(-0.4841, 4),
    high: expect.closeTo(4.4841, 4),
  });
  expect(meanInterval([5])).toEqual({ value: 5, low: null, high: null });
  expect(meanInterval([])).toBeNull();
  const network = (accuracies: Record<number, number>) =>
    ({
      trainings: Object.entries(accuracies).map(([seed, testAccuracy]) => ({
        ...{ seed: Number(seed), status: 'finished', reason: null, epochs: [], testAccuracy },
      })),
    }) as unknown as TrainedNetwork;
  // Seed 3 has no partner.
  const difference = differenceOf(network({ 1: 0.5, 2: 0.6, 3: 0.9 }), network({ 1: 0.4, 2: 0.4 }));
  expect(difference?.value).toBeCloseTo(15, 9);
});

test('a claim holds, does not hold, or is left open by its interval', () => {
  const holds = (judge: typeof judgeBetter, low: number, high: number) =>
    judge({ value: (low + high) / 2, low, high }).holds;
  expect([holds(judgeBetter, 0.1, 2), holds(judgeBetter, -2, -0.1), holds(judgeBetter, -1, 1)]).toEqual([
    true,
    false,
    null,
  ]);
  expect([holds(judgeNoLoss, -0.9, 3), holds(judgeNoLoss, -3, -1.1), holds(judgeNoLoss, -2, 0)]).toEqual([
    true,
    false,
    null,
  ]);
  expect([holds(judgeLoss, -3, -1.1), holds(judgeLoss, -0.9, 3), holds(judgeLoss, -2, 0)]).toEqual([true, false, null]);
  const about = (low: number, high: number) => judgeAbout({ value: (low + high) / 2, low, high }, 36, 5).holds;
  expect([about(33, 39), about(50, 60), about(30, 38)]).toEqual([true, false, null]);
  expect(judgeBetter(null)).toMatchObject({ measured: null, holds: null });
  expect(judgeBetter({ value: 1, low: null, high: null })).toMatchObject({ measured: 1, holds: null });
});
