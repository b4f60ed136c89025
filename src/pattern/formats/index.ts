import { extname } from 'node:path';
import { failure, type Outcome, ScattershotError, success } from '../../base/failure.ts';
import { writeWhole } from '../../base/file-access.ts';
import { recogniseForeign } from '../../base/foreign-content.ts';
import { readInput } from '../../base/input-file.ts';
import { isNpy } from '../../base/npy.ts';
import { isZip } from '../../base/zip.ts';
import type { PatternWithContext } from '../context.ts';
import { csvChunks } from './csv.ts';
import { type ReadEnding, readableEndings, type WrittenEnding, writableEndings } from './endings.ts';
import { refuseForeignPattern } from './foreign.ts';
import { jsonChunks, patternFromJson } from './json.ts';
import type { ArrayChoice } from './named-arrays.ts';
import { npyChunks, patternFromNpy } from './npy.ts';
import { npzChunks, parseNpz } from './npz.ts';
import { checkPatternFile, type PatternFile, refuse } from './pattern-file.ts';
import { pytorchChunks } from './pytorch.ts';
import { parseSafetensors, safetensorsChunks } from './safetensors.ts';
import { patternFromTorch } from './torch.ts';

export type { ArrayChoice } from './named-arrays.ts';
export type { PatternFile } from './pattern-file.ts';

interface Format {
  /** absent for formats that are only written */
  readonly parse?: (bytes: Buffer, choice: ArrayChoice) => PatternFile;
  readonly chunks: (file: PatternFile) => Iterable<Uint8Array | string>;
  /** the ending of a second file of the same name, which the first cannot do without */
  readonly beside?: string;
}

type ReadFormat = Format & Required<Pick<Format, 'parse'>>;

const formats: Readonly<Record<string, Format> & Record<WrittenEnding, Format> & Record<ReadEnding, ReadFormat>> = {
  '.json': { parse: patternFromJson, chunks: jsonChunks },
  '.npz': { parse: parseNpz, chunks: npzChunks },
  '.npy': { parse: patternFromNpy, chunks: npyChunks },
  '.safetensors': { parse: parseSafetensors, chunks: safetensorsChunks },
  '.csv': { chunks: csvChunks },
  '.py': { chunks: pytorchChunks, beside: '.npz' },
};

const formatOf = (path: string): Format | undefined => {
  const ending = extname(path).toLowerCase();
  return Object.hasOwn(formats, ending) ? formats[ending] : undefined;
};

/** The second file that is written with a path, for the formats that take two: best.npz with best.py; null for the others. */
export function fileBeside(path: string): string | null {
  const beside = formatOf(path)?.beside;
  return beside === undefined ? null : path.slice(0, -extname(path).length) + beside;
}

/** By its first bytes, where they can be no other format's. */
function formatByMagic(bytes: Buffer): Format | undefined {
  if (isZip(bytes)) return formats['.npz'];
  return isNpy(bytes) ? formats['.npy'] : undefined;
}

/** By its first bytes, for files whose ending says nothing. */
function formatByContent(bytes: Buffer): Format | undefined {
  const start = bytes.subarray(0, 16).toString('latin1');
  if (/^(\xef\xbb\xbf)?\s*\{|^\xff\xfe|^\xfe\xff/.test(start)) return formats['.json'];
  return start[8] === '{' ? formats['.safetensors'] : undefined;
}

const endingsText = (endings: readonly string[]) => endings.join(', ');

function parseAs(path: string, bytes: Buffer, choice: ArrayChoice): PatternFile {
  const foreign = recogniseForeign(bytes, path);
  if (foreign === 'pytorch') return patternFromTorch(bytes, choice);
  if (foreign !== null) refuseForeignPattern(foreign);
  const beside = fileBeside(path);
  if (beside !== null)
    refuse('foreign-file', 'it is a program', `Give the file beside it that holds the pattern, ${beside}.`);
  const parse = (formatByMagic(bytes) ?? formatOf(path) ?? formatByContent(bytes))?.parse;
  if (parse === undefined) {
    const nextStep = `Give a file ending in ${endingsText(readableEndings)}.`;
    return refuse('unknown-ending', 'neither its ending nor its content is that of a pattern file', nextStep);
  }
  return parse(bytes, choice);
}

/**
 * Reads a pattern file, of which `.pattern` carries the context that its score depends on. The format is told by the content, then
 * by the ending. Arrays are junction1, junction2, …, each [right, left], unless `choice` names others.
 * @returns a Failure for whatever is wrong with it, faulty edges named by junction (from 1) and right neuron (from 0)
 */
export async function readPatternFile(path: string, choice: ArrayChoice = {}): Promise<Outcome<PatternFile>> {
  const bytes = await readInput(path);
  if (!bytes.ok) return bytes;
  try {
    return success(parseAs(path, bytes.value, choice));
  } catch (error) {
    if (!(error instanceof ScattershotError)) throw error;
    const { reason, message, nextStep } = error.failure;
    return failure(reason, `cannot read ${path} as a pattern: ${message}`, nextStep);
  }
}

/**
 * Writes a pattern in the format of the path's ending, whole or not at all. Its context goes with it into .json, .npz and
 * .safetensors; .npy has no place for one and refuses it; .csv is a list of edges for other programs, without it. A .py is a PyTorch
 * module, and its pattern is written into the .npz of the same name beside it.
 * @param written a pattern, with a context or without (what `search` finds carries its own), or what `readPatternFile` read
 * @throws RangeError for a broken pattern, or a context that does not fit: a caller's mistake
 */
export async function writePatternFile(
  path: string,
  written: PatternWithContext | PatternFile,
): Promise<Outcome<void>> {
  const format = formatOf(path);
  if (format === undefined) {
    const message = `cannot write ${path}: its ending is none of ${endingsText(writableEndings)}`;
    return failure('unknown-ending', message, `Give a name ending in ${endingsText(writableEndings)}.`);
  }
  const file = 'pattern' in written ? written : { pattern: written };
  checkPatternFile(file);
  const beside = fileBeside(path);
  const first = beside === null ? success(undefined) : await writePatternFile(beside, file);
  return first.ok ? writeWhole(path, format.chunks(file)) : first;
}
