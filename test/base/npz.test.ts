import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { arrayMembers } from '../../src/base/npz.ts';
import { zipDirectory } from '../../src/base/zip.ts';
import { npyFile } from '../pattern/formats/npy-file.ts';
import { refusalOf } from '../pattern/formats/refusals.ts';

const array = npyFile('|u1', '(1, 2)', Uint8Array.of(0, 1));

const members = (files: Readonly<Record<string, Uint8Array>>) => {
  const bytes = zipSync(files);
  return arrayMembers(bytes, zipDirectory(bytes));
};

test('arrays are found by what members hold, with the ending .npy or without', () => {
  const found = members({
    'a.npy': array,
    b: array,
    'folder/c': array,
    'note.txt': Buffer.from('hi'),
    'folder/': Buffer.alloc(0),
  });
  expect(found.map(({ name, header }) => [name, header.shape])).toEqual([
    ['a', [1, 2]],
    ['b', [1, 2]],
    ['folder/c', [1, 2]],
  ]);
  expect(Buffer.from(found[1].unpack())).toEqual(Buffer.from(array));
});

test('what is called an array and is none is refused, and so is one name for two', () => {
  expect(refusalOf(() => members({ 'a.npy': Buffer.from('not an array') })).message).toBe('a is not a .npy array');
  expect(refusalOf(() => members({ 'a.npy': array, a: array })).message).toBe(
    'it has two arrays named a, with and without .npy',
  );
});
