import { CommanderError } from 'commander';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { InvalidTypeError, InvalidValueError } from '../../src/base/caller-errors.ts';
import { failure, ScattershotError } from '../../src/base/failure.ts';
import { reportError, UsageError } from '../../src/cli/errors.ts';
import { heldWarnings } from '../../src/cli/held-warnings.ts';

let written = '';

beforeEach(() => {
  written = '';
  heldWarnings.length = 0;
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written += text;
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test("a user's mistake exits with 2 and points to the help of the command", () => {
  for (const error of [new InvalidValueError('got 3; expected 4'), new InvalidTypeError('got a string')]) {
    expect(reportError(error, 'data fetch')).toBe(2);
    expect(written).toContain('See "scattershot data fetch --help".');
  }
  expect(reportError(new UsageError('both were given', 'Give one.'), 'search')).toBe(2);
  expect(reportError(new CommanderError(1, 'commander.unknownOption', "error: unknown option '-x'"), '')).toBe(2);
  expect(written).toContain('See "scattershot --help".');
});

test('an error of the language itself is a defect of the program, not of the command', () => {
  for (const error of [new RangeError('Invalid typed array length: -1'), new TypeError('x is not iterable')]) {
    written = '';
    expect(reportError(error, 'search')).toBe(1);
    expect(written).toMatch(/^scattershot: something unexpected went wrong: .*\.\n.*SCATTERSHOT_DEBUG=1/);
  }
});

test('what the world did exits with 1 and its next step; system errors have one too', () => {
  expect(reportError(new ScattershotError(failure('no-gpu', 'there is no GPU', 'Use another.')), 'train')).toBe(1);
  expect(written).toBe('scattershot: there is no GPU.\nUse another.\n');
  const system = (code: string) => Object.assign(new Error('x'), { code, syscall: 'open', path: '/a/b' });
  for (const code of ['ENOSPC', 'EACCES', 'ENOENT', 'EMFILE', 'EISDIR', 'ENAMETOOLONG', 'EIO']) {
    written = '';
    expect(reportError(system(code), 'search')).toBe(1);
    expect(written).toMatch(/^scattershot: .*\/a\/b.*\n\w+/);
    expect(written).not.toContain('unexpected');
  }
});

test('a stack is told only with SCATTERSHOT_DEBUG, as a part of the document with --json', () => {
  reportError(new Error('broken'), 'search');
  expect(written).not.toMatch(/\n\s+at /);
  vi.stubEnv('SCATTERSHOT_DEBUG', '1');
  written = '';
  reportError(new Error('broken'), 'search');
  expect(written).toMatch(/\n\s+at /);
  written = '';
  reportError(new Error('broken'), 'search', true);
  expect(JSON.parse(written).stack).toMatch(/errors\.test/);
});

test('with --json warnings that waited are part of the document', () => {
  heldWarnings.push('radix sits out');
  reportError(new Error('broken'), 'search', true);
  expect(JSON.parse(written)).toMatchObject({ reason: 'unexpected', warnings: ['radix sits out'] });
  expect(heldWarnings).toEqual([]);
});

test('no message is longer than 4 KB and none holds an escape, as text and as JSON', () => {
  for (const filling of ['x'.repeat(1e7), '\u001b[2J'.repeat(1e5), '"\\'.repeat(1e5), '日本'.repeat(1e5)]) {
    for (const json of [false, true]) {
      written = '';
      const error = new ScattershotError(failure('no-such-file', `cannot read ${filling}`, `Check ${filling}`));
      expect(reportError(error, 'score', json)).toBe(1);
      expect(Buffer.byteLength(written)).toBeLessThanOrEqual(4096);
      expect(written).toContain('cannot read');
      expect(written.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      if (json) expect(JSON.parse(written).reason).toBe('no-such-file');
    }
  }
});
