import { expect, test } from 'vitest';
import { type DoctorRow, doctorText } from '../../src/report/doctor.ts';

const rows: readonly DoctorRow[] = [
  { name: 'wasm', kind: 'backend', available: true, detail: '2 threads, SIMD', howToGet: null },
  { name: 'webgpu', kind: 'backend', available: false, detail: 'no adapter was found', howToGet: 'Install a driver.' },
];

const lines = (some: readonly DoctorRow[], width: number) =>
  doctorText(some, { width, color: false, unicode: true }).trimEnd().split('\n');

test('what works is told in a table, what does not with its reason and how to get it', () => {
  expect(lines(rows, 80)).toEqual([
    'what    kind     works  found',
    'wasm    backend  yes    2 threads, SIMD',
    'webgpu  backend  no     see below',
    '',
    'webgpu: no adapter was found. Install a driver.',
  ]);
});

test('when nothing is missing there is nothing below the table', () => {
  expect(lines(rows.slice(0, 1), 80)).toHaveLength(2);
});

test('something that cannot be had has a reason and no next step', () => {
  expect(lines([{ ...rows[1], howToGet: null }], 80).at(-1)).toBe('webgpu: no adapter was found.');
});

test('what works, but not as it should, is told with what is missing', () => {
  const software = { ...rows[1], available: true, detail: 'SwiftShader', caveat: 'it finds no GPU' };
  expect(lines([software], 80)).toEqual([
    'what    kind     works  found',
    'webgpu  backend  yes    SwiftShader',
    '',
    'webgpu: works, but it finds no GPU. Install a driver.',
  ]);
});

test('a narrow table cuts what was found, and then leaves it out; reasons are whole', () => {
  const long = [{ ...rows[0], detail: 'a very long name of a device that nobody reads' }, rows[1]];
  expect(lines(long, 40)[1]).toBe('wasm    yes    a very long name of a de…');
  expect(lines(long, 20)[1]).toBe('wasm    yes');
  expect(lines(long, 20).slice(4).join(' ')).toBe('webgpu: no adapter was found. Install a driver.');
});
