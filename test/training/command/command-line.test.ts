import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { unwrap } from '../../../src/base/failure.ts';
import { commandDigest, parseCommand } from '../../../src/training/command/command-line.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scattershot-test-'));
  writeFileSync(join(folder, 'train.py'), 'print(1)');
  writeFileSync(join(folder, 'net.yaml'), 'layers: 2');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a command', () => {
  test.each([
    ['python3 train.py', ['python3', 'train.py']],
    ['  python3\ttrain.py  --name "two words" ', ['python3', 'train.py', '--name', 'two words']],
    [`sh -c 'cd net && exec python3 train.py'`, ['sh', '-c', 'cd net && exec python3 train.py']],
    [String.raw`my\ python "a \"b\"" ''`, ['my python', 'a "b"', '']],
    [`pre'fix 'x`, ['prefix x']],
  ])('%s is split as a shell does', (command, words) => {
    expect(parseCommand(command)).toEqual({ words, variables: {} });
  });

  test('may begin with variables', () => {
    const { words, variables } = parseCommand(`CUDA_VISIBLE_DEVICES=1 NAME='a b' python3 train.py --a=b`);
    expect(variables).toEqual({ CUDA_VISIBLE_DEVICES: '1', NAME: 'a b' });
    expect(words).toEqual(['python3', 'train.py', '--a=b']);
  });

  test.each([
    ['cd net && python3 train.py', /started without a shell, and "&" means something to a shell only/],
    ['python3 train.py > log', /">"/],
    ['python3 $TRAIN', /"\$"/],
    ['python3 "$TRAIN"', /"\$"/],
    ['python3 "train.py', /a quote " is not closed/],
    ['  ', /must name a program/],
    ['A=1', /must name a program/],
  ])('%s is refused', (command, message) => {
    expect(() => parseCommand(command)).toThrow(RangeError);
    expect(() => parseCommand(command)).toThrow(message);
  });
});

describe('the digest of a command', () => {
  const digest = async (command: string, files: readonly string[] = []) =>
    unwrap(await commandDigest(parseCommand(command), files, folder));

  test('changes with the words, and with the files that they name, after an = too', async () => {
    const command = 'python3 train.py --config=net.yaml';
    const before = await digest(command);
    expect(before.files.size).toBe(2);
    expect(await digest(command)).toEqual(before);
    expect((await digest(`${command} --fast`)).digest).not.toBe(before.digest);
    expect((await digest(`A=1 ${command}`)).digest).not.toBe(before.digest);
    writeFileSync(join(folder, 'net.yaml'), 'layers: 3');
    const changed = await digest(command);
    expect(changed.digest).not.toBe(before.digest);
    writeFileSync(join(folder, 'train.py'), 'print(2)');
    expect((await digest(command)).digest).not.toBe(changed.digest);
  });

  test('counts files and folders that are named besides, without caches and hidden files', async () => {
    mkdirSync(join(folder, 'net/__pycache__'), { recursive: true });
    writeFileSync(join(folder, 'net/model.py'), 'a');
    const before = await digest('python3 train.py', ['net']);
    expect(before.files.size).toBe(2);
    writeFileSync(join(folder, 'net/__pycache__/model.pyc'), 'x');
    writeFileSync(join(folder, 'net/.DS_Store'), 'x');
    expect(await digest('python3 train.py', ['net'])).toEqual(before);
    writeFileSync(join(folder, 'net/model.py'), 'b');
    expect((await digest('python3 train.py', ['net'])).digest).not.toBe(before.digest);
  });

  test('of no file at all is told by its count; a file that is missing is a failure', async () => {
    expect((await digest('python3 -m net.train')).files.size).toBe(0);
    const missing = await commandDigest(parseCommand('python3 train.py'), ['none.py'], folder);
    expect(missing).toMatchObject({ ok: false, reason: 'no-such-file', message: expect.stringMatching(/none\.py/) });
  });
});
