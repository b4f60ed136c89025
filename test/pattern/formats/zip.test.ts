import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { ScattershotError } from '../../../src/base/failure.ts';
import { parseNpz } from '../../../src/pattern/formats/npz.ts';
import { examplePattern } from '../sample-patterns.ts';
import { refusalOf } from './refusals.ts';

const fixture = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../fixtures/arrays/${name}`, import.meta.url)));

describe('an archive', () => {
  const part = (name: string) => unzipSync(fixture('stored.npz'))[name];

  test('without junction1, or with one missing between, is refused naming what it holds', () => {
    const none = refusalOf(() =>
      parseNpz(zipSync({ 'arr_0.npy': part('junction1.npy'), 'readme.txt': Buffer.from('hi') })),
    );
    expect(none).toEqual({
      ok: false,
      reason: 'unnamed-junctions',
      message: 'it has no array junction1 (arrays: arr_0)',
      nextStep:
        'Choose and order the arrays of the junctions: --tensor arr_0. Or save them as junction1, junction2, ….',
    });
    expect(refusalOf(() => parseNpz(zipSync({}))).message).toBe('it has no array junction1 (arrays: none)');
    const gap = zipSync({ 'junction1.npy': part('junction1.npy'), 'junction3.npy': part('junction2.npy') });
    expect(refusalOf(() => parseNpz(gap)).message).toBe(
      'it has no array junction2; beside junction1 it has two-dimensional arrays that would not be read: junction3 [4, 4]',
    );
  });

  test('whose second array has no ending is read whole, and never as the network of its first alone', () => {
    const named = zipSync({ 'junction1.npy': part('junction1.npy'), 'junction2.npy': part('junction2.npy') });
    const unnamed = zipSync({ 'junction1.npy': part('junction1.npy'), junction2: part('junction2.npy') });
    expect(parseNpz(unnamed)).toEqual(parseNpz(named));
    const other = zipSync({ 'junction1.npy': part('junction1.npy'), mask2: part('junction2.npy') });
    expect(refusalOf(() => parseNpz(other)).message).toContain('would not be read: mask2 [4, 4]');
  });

  test('whose junctions do not meet is refused', () => {
    const twice = zipSync({ 'junction1.npy': part('junction1.npy'), 'junction2.npy': part('junction1.npy') });
    expect(refusalOf(() => parseNpz(twice)).message).toBe(
      'junction 2 has 8 left neurons; expected the 4 that end junction 1',
    );
  });

  test('with a member that is no array is refused by name', () => {
    const odd = zipSync({
      'junction1.npy': part('junction1.npy'),
      'junction2.npy': Buffer.from('not an array at all'),
    });
    expect(refusalOf(() => parseNpz(odd)).message).toBe('junction2 is not a .npy array');
  });

  test('of several gigabytes by its directory, or of a method unknown, is refused before it is unpacked', () => {
    const sound = Buffer.from(zipSync({ 'junction1.npy': part('junction1.npy') }));
    const entry = sound.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
    const claims = (offset: number, bytes: readonly number[]) => {
      const changed = Buffer.from(sound);
      changed.set(bytes, entry + offset);
      return refusalOf(() => parseNpz(changed));
    };
    expect(claims(24, [255, 255, 255, 255]).reason).toBe('file-too-big');
    expect(claims(24, [255, 255, 255, 127]).reason).toBe('out-of-proportion');
    expect(claims(24, [255, 255, 0, 0]).message).toContain('the checksum of junction1 does not fit');
    expect(claims(24, [1, 0, 0, 0]).message).toContain('junction1 cannot be unpacked');
    expect(claims(20, [255, 255, 255, 127]).message).toContain('junction1 is cut short');
    expect(claims(42, [1, 0, 0, 0]).message).toContain('a name in its directory is damaged');
    expect(claims(10, [12, 0])).toMatchObject({
      reason: 'unsupported-array',
      message: 'junction1 is packed by method 12',
    });
  });

  test('with a comment at its end is read', () => {
    const comment = Buffer.from('made by hand');
    const bytes = Buffer.concat([fixture('stored.npz'), comment]);
    bytes.writeUInt16LE(comment.length, bytes.length - comment.length - 2);
    expect(parseNpz(bytes)).toMatchObject({ pattern: examplePattern() });
  });

  test('with any byte changed is refused or gives the same pattern, and never another or a crash', () => {
    const sound = fixture('compressed.npz');
    let refused = 0;
    for (let at = 0; at < sound.length; at++) {
      for (const flip of [0x01, 0x55, 0x80, 0xff]) {
        const bytes = Buffer.from(sound);
        bytes[at] ^= flip;
        let read: unknown;
        try {
          read = parseNpz(bytes);
        } catch (error) {
          if (!(error instanceof ScattershotError)) throw error;
          refused++;
          continue;
        }
        expect(read, `byte ${at}`).toMatchObject({ pattern: examplePattern() });
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });
});
