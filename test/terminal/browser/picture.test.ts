import { expect, test } from 'vitest';
import {
  edgePicture,
  mostZoom,
  pairPicture,
  pictureLines,
  regionOf,
  sharePicture,
} from '../../../src/terminal/browser/picture.ts';
import { wholePicture } from '../../../src/terminal/browser/state.ts';

const unicode = { color: false, unicode: true };
const ascii = { color: false, unicode: false };
const text = (lines: ReturnType<typeof pictureLines>) =>
  lines.map((line) => line.map((segment) => segment.text).join(''));

test('a small matrix is drawn edge by edge: a diagonal is a diagonal', () => {
  const diagonal = edgePicture('d', 4, 4, Uint32Array.of(0, 1, 2, 3));
  expect(text(pictureLines(diagonal, wholePicture, { width: 4, height: 4, theme: ascii }))).toEqual([
    '@   ',
    ' @  ',
    '  @ ',
    '   @',
  ]);
  expect(text(pictureLines(diagonal, wholePicture, { width: 2, height: 1, theme: unicode }))).toEqual(['⠑⢄']);
});

test('a full matrix is full, an empty one empty', () => {
  const full = sharePicture('s', 2, 2, Uint8Array.of(255, 255, 255, 255));
  const empty = sharePicture('s', 2, 2, new Uint8Array(4));
  const size = { width: 4, height: 2, theme: unicode };
  expect(text(pictureLines(full, wholePicture, size)).join('')).toMatch(/^⣿+$/);
  expect(text(pictureLines(empty, wholePicture, size)).join('')).toMatch(/^⠀+$/);
});

test('a large matrix fits, and nothing that is there vanishes', () => {
  const one = pairPicture('p', 1000, 4000, Uint32Array.of(999, 3999));
  const lines = text(pictureLines(one, wholePicture, { width: 60, height: 10, theme: ascii }));
  expect(lines).toHaveLength(10);
  expect(lines[9]).toBe(`${' '.repeat(59)}@`);
});

test('zooming in halves what is shown, and panning never leaves the matrix', () => {
  const size = { rows: 64, columns: 1024 };
  expect(regionOf(size, { picture: 0, zoom: 1, x: 0.5, y: 0.5 })).toEqual({
    ...{ rowFrom: 16, rowTo: 48, columnFrom: 256, columnTo: 768 },
  });
  expect(regionOf(size, { picture: 0, zoom: 2, x: 1, y: 0 })).toEqual({
    ...{ rowFrom: 0, rowTo: 16, columnFrom: 768, columnTo: 1024 },
  });
  expect(mostZoom(size)).toBe(6);
  expect(regionOf({ rows: 1024, columns: 8 }, { picture: 0, zoom: 4, x: 0.5, y: 0.5 })).toMatchObject({
    columnFrom: 0,
    columnTo: 8,
  });
});

test('a zoomed picture shows the edges of its part alone', () => {
  const sources = Uint32Array.from({ length: 64 }, (_, row) => row);
  const picture = edgePicture('d', 64, 64, sources);
  const corner = pictureLines(picture, { picture: 0, zoom: 2, x: 1, y: 0 }, { width: 4, height: 4, theme: ascii });
  expect(text(corner).join('').trim()).toBe('');
});
