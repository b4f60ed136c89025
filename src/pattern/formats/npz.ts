import { Zip, ZipDeflate } from 'fflate';
import { wordContentErrors } from '../../base/content-error.ts';
import { isOutOfProportion, MOST_RATIO } from '../../base/inflate.ts';
import { parseJson } from '../../base/json.ts';
import { arrayMembers } from '../../base/npz.ts';
import { unzipMember, type ZipDirectory, zipDirectory } from '../../base/zip.ts';
import { isEmptyContext } from '../context.ts';
import { type ArrayChoice, junctionName, type NamedArray, patternFromArrays } from './named-arrays.ts';
import { arrayChunks, parseArray } from './npy.ts';
import { type PatternFile, refuse, refuseBody, statedObject, withStated, wordForPatterns } from './pattern-file.ts';
import { isSparse, patternFromSparse } from './scipy.ts';

/**
 * NumPy's .npz: a zip of `junction1.npy`, `junction2.npy`, …, each array [right, left]. A context stands in the archive's comment,
 * or, where it does not fit there, in a member of its own.
 */
const CONTEXT_MEMBER = 'scattershot.json';
const MOST_COMMENT = 0xffff;

/** Of deflate: on patterns, 6 takes twice as long for files a quarter smaller. */
const LEVEL = 4;

/** One array is unpacked at a time, and checked before the next. @throws ScattershotError */
export function parseNpz(bytes: Uint8Array, choice: ArrayChoice = {}): PatternFile {
  return wordContentErrors(() => patternOfArchive(bytes, choice), wordForPatterns);
}

function patternOfArchive(bytes: Uint8Array, choice: ArrayChoice): PatternFile {
  const directory = zipDirectory(bytes);
  const names = [...directory.members.keys()];
  refuseNested(names);
  const members = arrayMembers(bytes, directory);
  if (isSparse(members)) return patternFromSparse(members, choice);
  const arrays = members.map(
    ({ name, header, unpack }): NamedArray => ({ name, shape: header.shape, read: () => parseArray(unpack(), name) }),
  );
  const read = patternFromArrays({ word: 'array', arrays }, choice);
  return { ...read, pattern: withStated(read.pattern, statedContext(bytes, directory)) };
}

/** Arrays in an archive within the archive would be lost without a word. */
function refuseNested(names: readonly string[]): void {
  const nested = names.find((name) => /\.(npz|zip|safetensors|pt|pth)$/i.test(name));
  if (nested === undefined) return;
  refuse(
    'nested-archive',
    `it holds another archive, ${nested}`,
    'Unpack it, and give the archive that holds the arrays.',
  );
}

/** What the archive says beside its arrays: our own comment, or our own member; comments of others say nothing to us. */
function statedContext(bytes: Uint8Array, { members, comment }: ZipDirectory): Readonly<Record<string, unknown>> {
  const text = Buffer.from(comment);
  if (text[0] === 0x7b || text[text.length - 1] === 0x7d) return parsedContext(text, 'its comment');
  const member = members.get(CONTEXT_MEMBER);
  return member === undefined ? {} : parsedContext(unzipMember(bytes, member, CONTEXT_MEMBER), CONTEXT_MEMBER);
}

function parsedContext(content: Uint8Array, where: string): Readonly<Record<string, unknown>> {
  const stated = wordContentErrors(
    () => parseJson(content),
    ({ message }) => refuseBody(message.replace(/^it /, `${where} `)),
  );
  return statedObject(stated, where);
}

/** Equal patterns make equal files: the zip's dates are fixed. @throws ScattershotError where an array passes zip's 4 GiB */
export function* npzChunks(file: PatternFile): Generator<Uint8Array> {
  const { layers, junctions } = file.pattern;
  const tooBig = junctions.findIndex((_, index) => layers[index] * layers[index + 1] + 256 >= 2 ** 32);
  if (tooBig >= 0) {
    const message = `junction ${tooBig + 1} as a dense array passes the 4 GiB of a zip`;
    refuse('too-big-for-format', message, 'Use .json or .csv, which list edges.');
  }
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    ready.push(chunk);
  });
  const member = function* (name: string, chunks: Iterable<Uint8Array>) {
    const entry = new ZipDeflate(name, { level: LEVEL });
    entry.mtime = new Date(1980, 0, 1);
    zip.add(entry);
    let [size, packed] = [0, 0];
    const handOn = function* () {
      for (const chunk of ready.splice(0)) {
        packed += chunk.length;
        yield chunk;
      }
    };
    for (const chunk of chunks) {
      size += chunk.length;
      entry.push(chunk);
      yield* handOn();
    }
    entry.push(new Uint8Array(0), true);
    yield* handOn();
    if (isOutOfProportion(packed, size)) refuseEmptiness(name);
  };
  for (const index of junctions.keys()) yield* member(`${junctionName(index)}.npy`, arrayChunks(file, index));
  const context = isEmptyContext(file.pattern.context)
    ? Buffer.alloc(0)
    : Buffer.from(JSON.stringify({ version: 1, ...file.pattern.context }));
  const asComment = context.length <= MOST_COMMENT;
  if (!asComment) yield* member(CONTEXT_MEMBER, [context]);
  zip.end();
  yield* asComment ? commented(ready, context) : ready;
}

/** @throws ScattershotError: such an archive would be taken for a trap on reading */
function refuseEmptiness(name: string): never {
  const message = `${name} is packed to less than a ${MOST_RATIO}th: nearly all of it is zeros`;
  return refuse('too-big-for-format', message, 'Use .json, which lists edges.');
}

/** The end of an archive with a comment, whose length stands in its last two bytes. */
function commented(chunks: readonly Uint8Array[], comment: Buffer): Uint8Array[] {
  const end = Buffer.concat(chunks);
  end.writeUInt16LE(comment.length, end.length - 2);
  return [end, comment];
}
