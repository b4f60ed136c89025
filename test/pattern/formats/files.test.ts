import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { failure, ScattershotError, unwrap } from '../../../src/base/failure.ts';
import { fileFailure, writeWhole } from '../../../src/base/file-access.ts';
import type { PatternContext } from '../../../src/pattern/context.ts';
import { fanOutsForFanIns } from '../../../src/pattern/degree-choice.ts';
import { readableEndings, writableEndings } from '../../../src/pattern/formats/endings.ts';
import { readPatternFile, writePatternFile } from '../../../src/pattern/formats/index.ts';
import { makePattern } from '../../../src/pattern/pattern.ts';
import { examplePattern, exampleRows, samplePattern } from '../sample-patterns.ts';
import { failureOf, testFolder } from './refusals.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/arrays/', import.meta.url));
const single = () => makePattern({ layers: [8, 4], fanOuts: [1] }, [Uint32Array.from(exampleRows[0].flat())]);

describe('by the ending of its name', () => {
  test('a pattern is written and read back in every format, its context with it', async () => {
    const folder = testFolder();
    const edges = samplePattern([12, 18, 6], [3, 2], 1);
    const context: PatternContext = {
      ...{ usedInputs: 10, usedOutputs: 5, shapes: [[3, 4], [18], [6]], metric: 'fair-share', spans: 'all' },
      windows: { '1:1 forward': [[0, 1, 2], [3]], '1:2 backward': [[0, 5]] },
    };
    for (const pattern of [edges, { ...edges, context }]) {
      for (const ending of ['.json', '.npz', '.safetensors', '.JSON', '.Npz']) {
        const path = join(folder, `net${ending}`);
        expect(await writePatternFile(path, pattern)).toEqual({ ok: true, value: undefined });
        const read = unwrap(await readPatternFile(path));
        expect(read.pattern).toEqual(pattern);
        expect(await writePatternFile(path, read)).toEqual({ ok: true, value: undefined });
        expect(unwrap(await readPatternFile(path))).toEqual(read);
      }
    }
    const balanced = samplePattern(
      [13, 8, 3],
      [fanOutsForFanIns([13, 8], [5])[0], fanOutsForFanIns([8, 3], [4])[0]],
      2,
    );
    expect(balanced.fanOuts).toEqual([40 / 13, 12 / 8]);
    for (const ending of ['.json', '.npz', '.safetensors']) {
      const path = join(folder, `balanced${ending}`);
      unwrap(await writePatternFile(path, balanced));
      expect(unwrap(await readPatternFile(path)).pattern).toEqual(balanced);
    }
    const path = join(folder, 'one.npy');
    expect((await writePatternFile(path, { pattern: single() })).ok).toBe(true);
    expect(unwrap(await readPatternFile(path)).pattern).toEqual(single());
    const refused = failureOf(await writePatternFile(path, { ...single(), context: { usedInputs: 7 } }));
    expect(refused).toMatchObject({
      reason: 'no-place-for-context',
      nextStep: 'Use .npz, .safetensors or .json instead.',
    });
    expect(readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([]);
  });

  test('a CSV lists the edges, junctions from 1 and neurons from 0', async () => {
    const path = join(testFolder(), 'edges.csv');
    await writePatternFile(path, { pattern: examplePattern() });
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines.slice(0, 4)).toEqual(['junction,right,left', '1,0,4', '1,0,5', '1,1,2']);
    expect(lines.slice(-3)).toEqual(['2,3,0', '2,3,1', '']);
    expect(lines.length).toBe(1 + 16 + 1);
  });

  test('a CSV is not read, and no other ending is written', async () => {
    const folder = testFolder();
    const csv = join(folder, 'edges.csv');
    await writePatternFile(csv, examplePattern());
    expect(failureOf(await readPatternFile(csv))).toMatchObject({
      reason: 'foreign-file',
      message: `cannot read ${csv} as a pattern: it is a table of text (CSV)`,
    });
    rmSync(csv);
    for (const name of ['net', 'net.pt', 'net.json.gz', '.json']) {
      const path = join(folder, name);
      const refused = failureOf(await writePatternFile(path, { pattern: examplePattern() }));
      expect(refused.reason).toBe('unknown-ending');
      expect(refused.message).toBe(
        `cannot write ${path}: its ending is none of .json, .npz, .npy, .safetensors, .csv, .py`,
      );
    }
    expect(readdirSync(folder)).toEqual([]);
    expect([readableEndings.length, writableEndings.length]).toEqual([6, 6]);
  });
});

describe('by its content', () => {
  test('a file whose ending says nothing is read in every format', async () => {
    const folder = testFolder();
    for (const [name, expected] of [
      ['bool.npy', single()],
      ['compressed.npz', examplePattern()],
      ['weights.safetensors', examplePattern()],
    ] as const) {
      const path = join(folder, `${name}.backup`);
      await copyFile(join(fixtures, name), path);
      expect(unwrap(await readPatternFile(path)).pattern).toEqual(expected);
    }
    const path = join(folder, 'pattern');
    writeFileSync(
      path,
      `\n ${JSON.stringify({ format: 'scattershot/pattern', version: 1, layers: [8, 4, 4], junctions: exampleRows })}`,
    );
    expect(await readPatternFile(path)).toEqual({ ok: true, value: { pattern: examplePattern() } });
  });

  test('a file of another kind is refused naming the known endings', async () => {
    const folder = testFolder();
    for (const content of ['hello', '[1]', '\x7fELF']) {
      const path = join(folder, 'thing');
      writeFileSync(path, content);
      const refused = failureOf(await readPatternFile(path));
      expect(refused.reason).toBe('unknown-ending');
      expect(refused.nextStep).toContain('.json, .npz, .npy, .safetensors');
    }
  });

  test('a refusal names the file', async () => {
    const path = join(testFolder(), 'cut.json');
    writeFileSync(path, '{"format":"scattershot/pattern","version":1,"lay');
    const refused = failureOf(await readPatternFile(path));
    expect(refused.message).toMatch(/^cannot read .*cut\.json as a pattern: it is not JSON, or was cut short/);
  });
});

describe('what the file system says', () => {
  test('on reading becomes a sentence and a next step', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'file'), '');
    symlinkSync('loop.json', join(folder, 'loop.json'));
    for (const [name, reason, words] of [
      ['missing.json', 'no-such-file', 'there is no such file'],
      ['.', 'is-a-folder', 'it is a folder'],
      ['file/x.json', 'not-a-folder', 'a part of its path is not a folder'],
      ['loop.json', 'not-a-folder', 'its links go in a circle'],
      [`${'x'.repeat(300)}.json`, 'name-too-long', 'its name is too long'],
    ]) {
      const path = join(folder, name);
      const refused = failureOf(await readPatternFile(path));
      expect(refused).toMatchObject({ reason, message: `cannot read ${path}: ${words}` });
    }
  });

  test('on writing becomes a sentence and a next step, and leaves nothing behind', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder.json'));
    symlinkSync('/dev/null', join(folder, 'device.json'));
    for (const [name, reason, words] of [
      ['missing/x.json', 'no-such-folder', 'its folder does not exist'],
      ['folder.json', 'is-a-folder', 'it is a folder'],
      ['file/x.json', 'not-a-folder', 'a part of its path is not a folder'],
      ['device.json', 'not-a-file', 'device.json is not a regular file'],
      [`${'x'.repeat(300)}.json`, 'name-too-long', 'its name is too long'],
    ]) {
      const path = join(folder, name);
      const refused = failureOf(await writePatternFile(path, { pattern: examplePattern() }));
      expect(refused).toMatchObject({ reason, message: `cannot write ${path}: ${words}` });
    }
    expect(readdirSync(folder).sort()).toEqual(['device.json', 'file', 'folder.json']);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  test.each([
    ['EACCES', 'no-permission', 'permission is denied'],
    ['EPERM', 'no-permission', 'permission is denied'],
    ['EROFS', 'read-only', 'its file system is read-only'],
    ['ENOSPC', 'disk-full', 'the disk is full'],
    ['EDQUOT', 'disk-full', 'your disk quota is used up'],
    ['EMFILE', 'too-many-files', 'too many files are open'],
    ['EIO', 'unwritable-file', 'the system says EIO'],
  ])('%s is told as %s', (code, reason, words) => {
    const error = Object.assign(new Error(code), { code, syscall: 'open' });
    expect(fileFailure(error, 'a.json', 'write')).toMatchObject({ reason, message: `cannot write a.json: ${words}` });
  });

  test('is never taken from an error that is not the system’s', () => {
    expect(fileFailure(new RangeError('a bug'), 'a.json', 'write')).toBeNull();
    expect(fileFailure(Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_TYPE' }), 'a.json', 'read')).toBeNull();
    expect(fileFailure('text', 'a.json', 'read')).toBeNull();
  });
});

describe('a file is written whole or not at all:', () => {
  test('until the last byte is written the old one stands under its name', async () => {
    const folder = testFolder();
    const path = join(folder, 'net.json');
    writeFileSync(path, 'old');
    const during: string[] = [];
    function* chunks() {
      yield 'new ';
      during.push(readFileSync(path, 'utf8'), ...readdirSync(folder).filter((name) => name !== basename(path)));
      yield 'content';
    }
    expect((await writeWhole(path, chunks())).ok).toBe(true);
    expect(during[0]).toBe('old');
    expect(during[1]).toMatch(/^\.scattershot-[0-9a-f]+\.tmp$/);
    expect(readFileSync(path, 'utf8')).toBe('new content');
    expect(readdirSync(folder)).toEqual(['net.json']);
  });

  test('a disk that fills up half-way, a refusal or a bug leaves the old one and no other', async () => {
    const folder = testFolder();
    const path = join(folder, 'net.json');
    const fresh = join(folder, 'fresh.json');
    writeFileSync(path, 'old');
    function* failing(error: Error) {
      yield 'half';
      throw error;
    }
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    expect(failureOf(await writeWhole(path, failing(full)))).toMatchObject({ reason: 'disk-full' });
    expect(failureOf(await writeWhole(fresh, failing(full)))).toMatchObject({ reason: 'disk-full' });
    const refusal = failure('too-many-junctions', 'one only', 'Use another.');
    expect(await writeWhole(path, failing(new ScattershotError(refusal)))).toEqual(refusal);
    await expect(writeWhole(path, failing(new TypeError('a bug')))).rejects.toThrow('a bug');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['net.json']);
  });

  test('a refused .npy of several junctions leaves no file', async () => {
    const path = join(testFolder(), 'net.npy');
    expect(failureOf(await writePatternFile(path, { pattern: examplePattern() })).reason).toBe('too-many-junctions');
    expect(existsSync(path)).toBe(false);
  });

  test('a link is followed, not replaced', async () => {
    const folder = testFolder();
    mkdirSync(join(folder, 'store'));
    writeFileSync(join(folder, 'store', 'real.json'), 'old');
    symlinkSync(join('store', 'real.json'), join(folder, 'net.json'));
    expect((await writePatternFile(join(folder, 'net.json'), { pattern: examplePattern() })).ok).toBe(true);
    expect(readFileSync(join(folder, 'store', 'real.json'), 'utf8')).toContain('scattershot/pattern');
    expect(readdirSync(join(folder, 'store'))).toEqual(['real.json']);
  });

  test('a write-protected file is not replaced, unless by one who may write anything', async () => {
    const path = join(testFolder(), 'net.json');
    writeFileSync(path, 'old');
    chmodSync(path, 0o444);
    const outcome = await writePatternFile(path, { pattern: examplePattern() });
    expect(outcome.ok).toBe(process.getuid?.() === 0);
    expect(readFileSync(path, 'utf8').startsWith('old')).toBe(!outcome.ok);
  });

  test('a broken pattern, or padding that does not fit it, is a caller’s mistake and touches nothing', async () => {
    const path = join(testFolder(), 'net.json');
    const broken = { ...examplePattern(), fanOuts: [1, 4] };
    await expect(writePatternFile(path, { pattern: broken })).rejects.toThrow(RangeError);
    await expect(writePatternFile(path, { ...examplePattern(), context: { usedInputs: 9 } })).rejects.toThrow(
      'used inputs',
    );
    await expect(writePatternFile(path, { ...examplePattern(), context: { shapes: [[8], [4]] } })).rejects.toThrow(
      'shapes',
    );
    expect(existsSync(path)).toBe(false);
  });
});
