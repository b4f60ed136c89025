import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { temporaryFolder } from '../store/samples.ts';

/** Kills of one training. All of them only with `npm run test:full`: a kill costs two seconds. */
const KILLS = process.env.SCATTERSHOT_TESTS === 'full' ? 20 : 4;

/** A process lives so long after its training has begun, at most: an epoch or two. */
const LONGEST_LIFE_MS = 900;

const childFile = fileURLToPath(new URL('./training-child.ts', import.meta.url));

interface Life {
  readonly lines: readonly string[];
  readonly killed: boolean;
}

/** Runs a child to its end, or until it is killed so long after its training began. */
async function live(path: string, engine: string, lifeMs: number | null): Promise<Life> {
  const args = ['--import', 'tsx', childFile, path, engine, '30'];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('close', (_, signal) => resolve(signal)));
  createInterface({ input: child.stdout! }).on('line', (line) => {
    lines.push(line);
    if (lifeMs !== null && line.startsWith('started')) void pause(lifeMs).then(() => child.kill('SIGKILL'));
  });
  return { killed: (await ended) !== null, lines };
}

const linesOf = ({ lines }: Life, word: string) =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

test.each(['sparse', 'tfjs'] as const)(
  `a training by %s that is killed ${KILLS} times at random instants ends with the weights of one that never was`,
  async (engine) => {
    const random = Random.fromSeed(17).fork(engine.length);
    const whole = await live(join(temporaryFolder(), 'whole.db'), engine, null);
    expect(linesOf(whole, 'epoch')).toHaveLength(6);
    let path = join(temporaryFolder(), 'killed.db');
    const places: string[] = [];
    let kills = 0;
    let trainings = 1;
    let last: Life;
    for (;;) {
      last = await live(path, engine, kills < KILLS ? random.below(LONGEST_LIFE_MS) : null);
      expect(linesOf(last, 'warning')).toEqual([]);
      const [place] = linesOf(last, 'started');
      // A kill between the stored end and that of the process leaves nothing to go on with: the next one trains nothing.
      if (place !== undefined) places.push(place);
      const isOver = place === undefined || linesOf(last, 'weights').length > 0;
      if (last.killed && !isOver) kills++;
      else {
        if (place !== undefined) expect(linesOf(last, 'weights')).toEqual(linesOf(whole, 'weights'));
        if (!last.killed) expect(linesOf(last, 'stored')).toEqual(linesOf(whole, 'stored'));
        if (kills >= KILLS) break;
        // It came to its end between two kills: another one is killed.
        path = join(temporaryFolder(), `killed-${trainings++}.db`);
      }
    }
    const within = places.filter((place) => !place.endsWith(' 0'));
    expect(places.filter((place) => place !== '1 0').length).toBeGreaterThan(0);
    console.info(
      `${kills} kills over ${trainings} trainings by ${engine}; went on ${within.length} times within an epoch: ${places.join(', ')}`,
    );
  },
  120_000 + 15_000 * KILLS,
);
