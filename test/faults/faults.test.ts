import { constants } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../store/samples.ts';
import { compileFaults, type Fault, Tries, type Try, type TryResult, tryFolder } from './tries.ts';

/** `npm run test:full` lets every change fail; else some of them do. */
const IS_FULL = process.env.SCATTERSHOT_TESTS === 'full';
const SOME = 3;

const NO_COMPILER = 'needs Linux and gcc, for a library that lets writes fail';

const kinds: readonly { readonly name: string; readonly error: number; readonly sticky: 0 | 1 }[] = [
  { name: 'a full disk', error: constants.errno.ENOSPC, sticky: 1 },
  { name: 'one ENOSPC', error: constants.errno.ENOSPC, sticky: 0 },
  { name: 'one EIO', error: constants.errno.EIO, sticky: 0 },
  { name: 'a dead disk', error: constants.errno.EIO, sticky: 1 },
];

function triesIn(folder: string, library: string | null): Tries {
  const tries = new Tries(folder, library);
  onTestFinished(() => tries.end());
  return tries;
}

/** 1 … count, or some of them that are spread over all. */
const chosen = (count: number): number[] =>
  IS_FULL
    ? Array.from({ length: count }, (_, place) => place + 1)
    : Array.from({ length: SOME }, (_, place) => 1 + Math.floor(((place + 0.5) * count) / SOME));

interface Tried {
  readonly attempt: Try;
  readonly result: TryResult;
}

/** Every study is gone on with in a process that nothing happens to. @returns how many end as if nothing had happened */
async function goOn(folder: string, tried: readonly Tried[], whole: TryResult): Promise<number> {
  const tries = triesIn(folder, null);
  let same = 0;
  for (const { attempt, result } of tried) {
    expect(result.outcome, `${attempt.folder}: ${result.message}`).not.toBe('defect');
    const resumed = await tries.run({ folder: attempt.folder, fault: null });
    expect(resumed.board, `${attempt.folder}: ${result.message}, then ${resumed.message}`).toBe(whole.board);
    same++;
  }
  return same;
}

/** A line for people who count: how many were tried, and what came of them. */
function count(name: string, tried: readonly Tried[], same: number): void {
  const told = tried.filter(({ result }) => result.outcome === 'told');
  const reasons = [...new Set(told.map(({ result }) => result.reason))].map(
    (reason) => `${told.filter(({ result }) => result.reason === reason).length} ${reason}`,
  );
  const wentOn = tried.length - told.length;
  console.info(
    `${name}: ${tried.length} tried, ${told.length} ended with a clear error (${reasons.join(', ')}), ${wentOn} went on, ${same} resumed to the same board`,
  );
}

test.for(kinds)(
  'after $name at any change of a file nothing is lost or counted twice',
  { timeout: 1_800_000 },
  async ({ name, ...kind }, { skip }) => {
    const folder = temporaryFolder();
    const library = compileFaults(folder);
    if (library === null) return skip(NO_COMPILER);
    const tries = triesIn(folder, library);
    const whole = await tries.run({ folder: tryFolder(folder, 'whole'), fault: null });
    expect(whole).toMatchObject({ outcome: 'ended', failed: 0 });
    expect(whole.changes).toBeGreaterThan(100);
    const tried: Tried[] = [];
    for (const at of chosen(whole.changes)) {
      const fault: Fault = { of: 'file', at, ...kind };
      const attempt = { folder: tryFolder(folder, `${at}`), fault };
      const result = await tries.run(attempt);
      // The order of the last few changes is not always the same: a worker thread's results come when they come.
      if (result.failed > 0) tried.push({ attempt, result });
    }
    expect(tried.length).toBeGreaterThanOrEqual(SOME / 2);
    tries.end();
    count(name, tried, await goOn(folder, tried, whole));
  },
);

/** Pieces of memory are too many for each to fail: so many of them, spread as their logarithms are. */
const PIECES = IS_FULL ? 100 : SOME;

test.for([
  ['one piece', 0],
  ['all memory from some moment', 1],
] as const)(
  'when SQLite lacks %s nothing is lost or counted twice',
  { timeout: 1_800_000 },
  async ([name, sticky], { skip }) => {
    const folder = temporaryFolder();
    const library = compileFaults(folder);
    if (library === null) return skip(NO_COMPILER);
    const tries = triesIn(folder, library);
    const whole = await tries.run({ folder: tryFolder(folder, 'whole'), fault: null });
    expect(whole.pieces).toBeGreaterThan(1000);
    const tried: Tried[] = [];
    for (let place = 0; place < PIECES; place++) {
      const at = Math.round(whole.pieces ** ((place + 0.5) / PIECES));
      const attempt = { folder: tryFolder(folder, `${place}`), fault: { of: 'memory', at, error: 0, sticky } } as const;
      tried.push({ attempt, result: await tries.run(attempt) });
    }
    expect(tried.some(({ result }) => result.reason === 'out-of-memory')).toBe(true);
    tries.end();
    count(name, tried, await goOn(folder, tried, whole));
  },
);
