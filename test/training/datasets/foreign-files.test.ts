import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { ScattershotError } from '../../../src/base/failure.ts';
import { findDataset } from '../../../src/training/datasets/index.ts';
import { testFolder } from '../../pattern/formats/refusals.ts';

function refusalOf(name: string, content: Uint8Array | string) {
  const path = join(testFolder(), name);
  writeFileSync(path, content);
  try {
    findDataset(path);
  } catch (error) {
    if (error instanceof ScattershotError) return error.failure;
    throw error;
  }
  throw new Error('expected a refusal; got none');
}

const bytes = (text: string) => Buffer.from(text, 'latin1');
const zip = (...names: readonly string[]) => zipSync(Object.fromEntries(names.map((name) => [name, bytes('x')])));

test.each([
  ['model.pt', zip('archive/data.pkl', 'archive/data/0'), /a PyTorch file/, /torch\.load/],
  ['model.npz', zip('archive/data.pkl', 'archive/data/0'), /a PyTorch file/, /torch\.load/],
  ['old.pth', bytes('\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.'), /a PyTorch file/, /torch\.load/],
  ['mnist.pkl', bytes('\x80\x04\x95\x00\x00'), /a Python pickle/, /pickle\.load/],
  ['mnist.pkl.gz', gzipSync(bytes('\x80\x03}q\x00.')), /a Python pickle/, /pickle\.load/],
  ['data.csv', 'a,b,label\n1,2,0\n3,4,1\n', /a table as text \(CSV\)/, /delimiter=",", skiprows=1\)/],
  ['data.npz', '1;2;0\n3;4;1\n', /a table as text/, /delimiter=";"\)/],
  ['iris.arff', '% comment\n@relation iris\n@data\n1,2,a\n', /an ARFF table/, /loadarff/],
  ['a9a', '-1 3:1 11:1 14:1\n+1 5:1 7:0.5\n', /a LIBSVM table/, /load_svmlight_file/],
  ['data.json', '\ufeff{"x": [[1]]}', /a JSON file/, /json\.load/],
  ['data.mat', bytes('MATLAB 5.0 MAT-file, Platform: GLNXA64'), /a MATLAB file/, /scipy\.io\.loadmat/],
  ['new.mat', bytes('MATLAB 7.3 MAT-file, Platform: GLNXA64'), /a MATLAB file \(\.mat, 7\.3\)/, /h5py\.File/],
  ['data.h5', bytes('\x89HDF\r\n\x1a\n\x00\x00'), /an HDF5 file/, /h5py\.File/],
  ['data.parquet', bytes('PAR1\x15\x04\x15'), /a Parquet table/, /read_parquet/],
  ['data.npz', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', /a Git LFS pointer/, /git lfs pull/],
  ['t.idx3-ubyte', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', /a Git LFS pointer/, /git lfs pull/],
  ['data.npz', '<!DOCTYPE html>\n<html>', /a web page/, /Download the file itself/],
  ['sheet.xlsx', zip('[Content_Types].xml', 'xl/workbook.xml'), /an Excel sheet/, /read_excel/],
  ['images.zip', zip('cat/1.png', 'dog/2.png'), /a zip archive without arrays \(in it: cat\/1\.png, /, /savez/],
  ['cat.png', bytes('\x89PNG\r\n\x1a\n'), /one picture/, /one array of \(examples, height, width\)/],
  ['w.safetensors', bytes('\x10\x00\x00\x00\x00\x00\x00\x00{"x":{}}'), /a safetensors file/, /load_file/],
  ['data.npz', '', /an empty file/, /Save the data again/],
  ['data.npz', bytes('\x01\x02\x03\x04\x05'), /of no kind that is read as data/, /Expected are arrays/],
  ['x.npy', bytes('\x93NUMPY\x01\x00'), /holds one array/, /Expected are arrays/],
])('%s is told what it is, and how to save it', (name, content, what, how) => {
  const failure = refusalOf(name, content);
  expect(failure.reason).toBe('not-a-dataset');
  expect(failure.message).toMatch(what);
  expect(failure.nextStep).toMatch(how);
  expect(failure.nextStep).not.toMatch(/\bFILE\b(?!,labels)/);
});

test('a folder of pictures is told how to become one array', () => {
  const folder = testFolder();
  mkdirSync(join(folder, 'cat'));
  expect(() => findDataset(folder)).toThrow(/it is a folder/);
});
