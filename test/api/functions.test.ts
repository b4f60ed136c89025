import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  checkStrategyFile,
  datasetState,
  fetchDataset,
  judgeTable,
  listCandidates,
  listDatasets,
  openStore,
} from '../../src/index.ts';
import { makeDatabase } from '../cli/in-process.ts';
import { inFolder } from '../cli/program.ts';
import { newCandidate } from '../store/sample-rows.ts';

// The functions of the public API that stand for a command, and are not tried elsewhere.

const examples = fileURLToPath(new URL('../../docs/examples/', import.meta.url));

test('candidates are listed as a leaderboard has them: sorted, filtered, so many', async () => {
  await inFolder(async (home) => {
    const store = openStore(
      makeDatabase(
        home,
        [0.5, 0.9, 0.7].map((scatter, index) => newCandidate(index + 1, { scatter })),
      ),
      'read',
    );
    try {
      const numbers = (list = {}) => listCandidates(store, 'tiny', list).map(({ number }) => number);
      expect(numbers()).toEqual([2, 3, 1]);
      expect(numbers({ sort: '-scatter' })).toEqual([1, 3, 2]);
      expect(numbers({ filter: 'scatter>0.6', limit: 1 })).toEqual([2]);
      expect(() => numbers({ filter: 'nothing>1' })).toThrow('nothing');
      expect(() => listCandidates(store, 'none')).toThrow('none');
    } finally {
      store.close();
    }
  });
});

test('a table of others is judged as validate --table does', async () => {
  const found = await judgeTable(join(examples, 'trained.csv'), {
    proxy: 'scatter',
    family: 'family',
    randomLevel: 0.656,
    top: 1,
  });
  expect(found).toMatchObject({ proxy: 'scatter', verdict: 'misleads' });
  await expect(judgeTable(join(examples, 'edges.json'))).rejects.toMatchObject({ reason: 'bad-table' });
});

test('a strategy of one’s own is tried', async () => {
  const { ok, strategy } = await checkStrategyFile(join(examples, 'shuffled-ring.mjs'));
  expect({ ok, strategy }).toEqual({ ok: true, strategy: 'shuffled-ring' });
  await expect(checkStrategyFile('./none.mjs')).rejects.toMatchObject({ reason: 'no-strategy-file' });
});

test('data sets tell whether they are there, and are made', async () => {
  await inFolder(async (cache) => {
    const states = listDatasets(cache);
    expect(states.find(({ name }) => name === 'mnist')).toMatchObject({
      kind: 'published',
      lack: { reason: 'not-fetched' },
    });
    expect(datasetState('morse', cache)).toMatchObject({ kind: 'generated', features: 64, classes: 64, lack: null });
    const small = 'morse:examples=64/64/64';
    expect(await fetchDataset(small, cache)).toMatchObject({ lack: null, kind: 'generated' });
    expect(() => datasetState('nothing', cache)).toThrow(RangeError);
  });
});
