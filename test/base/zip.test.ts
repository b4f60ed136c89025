import { gzipSync } from 'node:zlib';
import { unzipSync, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { gunzip } from '../../src/base/inflate.ts';
import { isZip, unzipMember, unzipStart, zipDirectory } from '../../src/base/zip.ts';
import { refusalOf } from '../pattern/formats/refusals.ts';

const member = (bytes: Uint8Array, name: string) => {
  const found = zipDirectory(bytes).members.get(name);
  if (found === undefined) throw new Error(`no member ${name}`);
  return found;
};

test('the members of an archive are those that fflate finds, stored and deflated', () => {
  const files = {
    'a.txt': Buffer.from('a'.repeat(9999)),
    'folder/ü.bin': Buffer.from([0, 1, 2]),
    empty: Buffer.alloc(0),
  };
  for (const level of [0, 6] as const) {
    const bytes = zipSync(files, { level });
    expect([...zipDirectory(bytes).members.keys()]).toEqual(Object.keys(unzipSync(bytes)));
    for (const [name, content] of Object.entries(files)) {
      expect(content.equals(unzipMember(bytes, member(bytes, name), name))).toBe(true);
      const start = Buffer.from(unzipStart(bytes, member(bytes, name), name));
      expect(start.equals(content.subarray(0, start.length))).toBe(true);
      expect(start.length).toBeGreaterThanOrEqual(Math.min(content.length, 8192));
    }
  }
  expect(isZip(zipSync(files))).toBe(true);
  expect(isZip(zipSync({}))).toBe(true);
  expect(zipDirectory(zipSync({})).members.size).toBe(0);
});

test('the comment of an archive is read', () => {
  const comment = Buffer.from('{"a":1}');
  const bytes = Buffer.concat([zipSync({ a: Buffer.from('x') }), comment]);
  bytes.writeUInt16LE(comment.length, bytes.length - comment.length - 2);
  expect(Buffer.from(zipDirectory(bytes).comment)).toEqual(comment);
});

test('two members of one name are refused: readers differ on which counts', () => {
  const bytes = Buffer.from(zipSync({ aaa: Buffer.from('x'), bbb: Buffer.from('y') }));
  for (let at = bytes.indexOf('bbb'); at >= 0; at = bytes.indexOf('bbb')) bytes.write('aaa', at);
  expect(refusalOf(() => zipDirectory(bytes)).message).toBe('it has two members named aaa');
});

test('an encrypted member is refused by what it is', () => {
  const bytes = Buffer.from(zipSync({ a: Buffer.from('x') }));
  bytes[bytes.indexOf(Buffer.from('PK\x01\x02', 'latin1')) + 8] |= 1;
  expect(refusalOf(() => unzipMember(bytes, member(bytes, 'a'), 'a'))).toMatchObject({
    reason: 'unsupported-content',
    message: 'a is encrypted',
  });
});

test('a member above 100 MB packed more tightly than 500:1 is refused before it is unpacked', () => {
  const zeros = (size: number) => zipSync({ a: new Uint8Array(size) }, { level: 6 });
  const large = zeros(110_000_000);
  expect(refusalOf(() => unzipMember(large, member(large, 'a'), 'a'))).toMatchObject({
    reason: 'out-of-proportion',
    message: expect.stringMatching(/^a unpacks to more than 500 times its 10\d KiB$/),
  });
  const small = zeros(90_000_000);
  expect(unzipMember(small, member(small, 'a'), 'a').length).toBe(90_000_000);
});

test('gzip is unpacked within the same proportion, and damage is told', () => {
  const content = Buffer.from('hello'.repeat(1000));
  expect(gunzip(gzipSync(content), 'x')).toEqual(content);
  expect(refusalOf(() => gunzip(gzipSync(Buffer.alloc(110_000_000)), 'x')).reason).toBe('out-of-proportion');
  expect(refusalOf(() => gunzip(gzipSync(content).subarray(0, 30), 'x')).message).toMatch(
    /^x is packed by gzip, and damaged/,
  );
});
