import { extname } from 'node:path';
import { failure, type Outcome, ScattershotError, success } from '../../base/failure.ts';
import { writeWhole } from '../../base/file-access.ts';
import { readInput } from '../../base/input-file.ts';
import { csvChunks } from './csv.ts';
import { jsonChunks, parseJson } from './json.ts';
import { npyChunks, npzChunks, parseNpy, parseNpz } from './numpy.ts';
import { checkPatternFile, type PatternFile } from './pattern-file.ts';
import { parseSafetensors, safetensorsChunks } from './safetensors.ts';

export { packPattern, unpackPattern } from './packed.ts';
export type { PatternFile } from './pattern-file.ts';

interface Format {
  /** absent for formats that are only written */
  readonly parse?: (bytes: Buffer) => PatternFile;
  readonly chunks: (file: PatternFile) => Iterable<Uint8Array | string>;
}

const formats: Readonly<Record<string, Format>> = {
  '.json': { parse: parseJson, chunks: jsonChunks },
  '.npz': { parse: parseNpz, chunks: npzChunks },
  '.npy': { parse: parseNpy, chunks: npyChunks },
  '.safetensors': { parse: parseSafetensors, chunks: safetensorsChunks },
  '.csv': { chunks: csvChunks },
};

/** Endings that can be read, and those that can be written. */
export const readableEndings: readonly string[] = Object.keys(formats).filter((ending) => formats[ending].parse);
export const writableEndings: readonly string[] = Object.keys(formats);

const formatOf = (path: string): Format | undefined => {
  const ending = extname(path).toLowerCase();
  return Object.hasOwn(formats, ending) ? formats[ending] : undefined;
};

/** By its first bytes, for files whose ending says nothing. */
function formatByContent(bytes: Buffer): Format | undefined {
  const start = bytes.subarray(0, 16).toString('latin1');
  if (start.startsWith('PK')) return formats['.npz'];
  if (start.startsWith('\x93NUMPY')) return formats['.npy'];
  if (/^(\xef\xbb\xbf)?\s*\{/.test(start)) return formats['.json'];
  return start[8] === '{' ? formats['.safetensors'] : undefined;
}

/**
 * Reads a pattern file: the format by its ending, or by its content where the ending is unknown.
 * Whatever is wrong with it comes back as a Failure, faulty edges named by junction (from 1) and right neuron (from 0).
 */
export async function readPatternFile(path: string): Promise<Outcome<PatternFile>> {
  const byEnding = formatOf(path);
  if (byEnding !== undefined && byEnding.parse === undefined) {
    const message = `cannot read ${path}: ${extname(path)} files are only written`;
    return failure('unknown-ending', message, `Give a file ending in ${readableEndings.join(', ')}.`);
  }
  const bytes = await readInput(path);
  if (!bytes.ok) return bytes;
  const parse = (byEnding ?? formatByContent(bytes.value))?.parse;
  if (parse === undefined) {
    const message = `cannot read ${path}: neither its ending nor its content is that of a pattern file`;
    return failure('unknown-ending', message, `Give a file ending in ${readableEndings.join(', ')}.`);
  }
  try {
    return success(parse(bytes.value));
  } catch (error) {
    if (!(error instanceof ScattershotError)) throw error;
    const { reason, message, nextStep } = error.failure;
    return failure(reason, `cannot read ${path} as a pattern: ${message}`, nextStep);
  }
}

/**
 * Writes a pattern file in the format of its ending, whole or not at all.
 * Padding and shapes are kept by .json and .safetensors; the other formats have no place for them.
 * @throws RangeError for a broken pattern: a caller's mistake
 */
export async function writePatternFile(path: string, file: PatternFile): Promise<Outcome<void>> {
  const format = formatOf(path);
  if (format === undefined) {
    const message = `cannot write ${path}: its ending is none of ${writableEndings.join(', ')}`;
    return failure('unknown-ending', message, `Give a name ending in ${writableEndings.join(', ')}.`);
  }
  checkPatternFile(file);
  return writeWhole(path, format.chunks(file));
}
