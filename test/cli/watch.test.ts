import { afterEach, expect, test, vi } from 'vitest';
import { makeContext } from '../../src/cli/context.ts';
import { lineView } from '../../src/cli/watch.ts';
import { outputFault } from './hostile-words.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  Object.assign(process.stderr, { isTTY: undefined });
});

test('a warning that is told although --quiet was given holds no colour codes, shown or hidden', async () => {
  let written = '';
  vi.stubEnv('NO_COLOR', '');
  vi.stubEnv('TERM', 'xterm');
  Object.assign(process.stderr, { isTTY: true });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += text;
    return true;
  });
  const watch = lineView(makeContext({ quiet: true }));
  watch.listener({ kind: 'strategy-refused', atMs: 0, strategies: ['radix'], reason: 'no such radices' });
  await watch.done();
  expect(written).toMatch(/^\[ 0:00\] warning: radix sits out: no such radices\n$/);
  expect(outputFault(written)).toBeNull();
});
