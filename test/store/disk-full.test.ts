import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ScattershotError, unwrap } from '../../src/base/failure.ts';
import { Store } from '../../src/store/index.ts';
import { openConnection } from '../../src/store/open.ts';
import { Child } from './processes.ts';
import { madeBy, newCandidate, newStudy, seenBytes } from './sample-rows.ts';
import { temporaryFolder } from './samples.ts';

test('a file that may not grow loses the round that did not fit, and nothing else; with room it goes on', () => {
  const connection = unwrap(openConnection(join(temporaryFolder(), 'a.db'), { mode: 'write', madeBy }));
  const store = new Store(connection);
  const study = unwrap(store.createStudy(newStudy));
  connection.pragma('max_page_count = 60');
  const round = (number: number) => ({
    added: [newCandidate(number, { fingerprint: `${number}` })],
    evaluated: number,
    seconds: number,
    checkpoint: { state: new Uint8Array(20_000).fill(number), seen: seenBytes(200 * number) },
  });
  let done = 0;
  const fill = () => {
    for (; done < 1000; done++) store.recordRound(study.id, round(done + 1));
  };
  const failure = expect.objectContaining({
    reason: 'disk-full',
    nextStep: expect.stringContaining('Free some space'),
  });
  expect(fill).toThrow(expect.objectContaining({ failure }));
  expect(fill).toThrow(ScattershotError);
  expect(done).toBeGreaterThan(2);
  expect(store.candidates(study)).toHaveLength(done);
  expect(unwrap(store.getStudy(null)).evaluated).toBe(done);
  expect(store.loadCheckpoint(study.id)).toEqual(round(done).checkpoint);
  expect(store.integrityFaults()).toEqual([]);
  connection.pragma('max_page_count = 1000000');
  store.recordRound(study.id, round(done + 1));
  expect(store.loadCheckpoint(study.id)).toEqual(round(done + 1).checkpoint);
  store.close();
});

/** A file system of 2 MB that only the command sees, gone with it. */
const SMALL_DISK = (folder: string) => [
  'unshare',
  '--user',
  '--map-root-user',
  '--mount',
  'sh',
  '-c',
  `mount -t tmpfs -o size=2m scattershot ${folder} && exec "$@"`,
  'sh',
];

const [command, ...words] = SMALL_DISK('/mnt');
const smallDisksWork = spawnSync(command, [...words, 'true']).status === 0;

test.runIf(smallDisksWork)(
  'a disk that is really full keeps what was stored, and with room the study goes on',
  async () => {
    const folder = temporaryFolder();
    const child = new Child('fill', SMALL_DISK(folder));
    await child.hear(/^ready$/);
    child.tell(join(folder, 'a.db'));
    await child.hear(/^from 0, 0 kept, 0 faults$/);
    const full = /^disk-full after (\d+)$/;
    const first = Number(full.exec(await child.hear(/after/))?.[1]);
    expect(first).toBeGreaterThan(2);
    child.tell(join(folder, 'a.db'));
    await child.hear(new RegExp(`^from ${first}, ${first} kept, 0 faults$`));
    const second = Number(full.exec(await child.hear(/after/))?.[1]);
    expect(second).toBeGreaterThan(first);
  },
);
