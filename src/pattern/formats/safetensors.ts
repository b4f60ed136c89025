import { showValue } from '../../base/content-error.ts';
import { fingerprint } from '../pattern.ts';
import { countJunctions, type DenseArray, denseBlocks, type Item, junctionName, rowsFromDense } from './dense.ts';
import { type PatternFile, refuse, refuseBody, type StatedExtras, withExtras } from './pattern-file.ts';
import { patternFromRows } from './rows.ts';

/**
 * safetensors: 8 bytes little-endian header length, a JSON header, then the tensors' bytes; tensors `junction1`, `junction2`, …
 * of [right, left], any dtype on reading, U8 on writing. Padding, shapes and fingerprint stand in `__metadata__` under `scattershot`.
 */
const DTYPES: Readonly<Record<string, Item>> = Object.fromEntries(
  (
    [
      ['BOOL', 1, false],
      ['U8', 1, false],
      ['I8', 1, false],
      ['F8_E4M3', 1, true],
      ['F8_E5M2', 1, true],
      ['U16', 2, false],
      ['I16', 2, false],
      ['F16', 2, true],
      ['BF16', 2, true],
      ['U32', 4, false],
      ['I32', 4, false],
      ['F32', 4, true],
      ['U64', 8, false],
      ['I64', 8, false],
      ['F64', 8, true],
    ] as const
  ).map(([name, bytes, float]) => [name, { bytes, float, bigEndian: false }]),
);

/** The format's own limit on its header. */
const MOST_HEADER = 100_000_000;

interface Tensor {
  readonly name: string;
  readonly dtype: unknown;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const isWholeList = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);

/** @throws ScattershotError for a header or offsets that break the format, and for unsound patterns */
export function parseSafetensors(bytes: Buffer): PatternFile {
  if (bytes.length < 8) return refuseBody('it is cut short: a safetensors file starts with the length of its header');
  const length = bytes.readBigUInt64LE(0);
  if (length > BigInt(MOST_HEADER) || length > BigInt(bytes.length - 8) || length < 2n) {
    return refuseBody(`its header claims ${length} bytes; the file has ${bytes.length - 8} after the length`);
  }
  const start = 8 + Number(length);
  const header = parsedHeader(bytes.subarray(8, start));
  const { __metadata__: metadata, ...described } = header;
  const tensors = tensorsOf(described, bytes.length - start);
  const count = countJunctions(new Set(tensors.keys()));
  if (typeof count === 'object') {
    const held = [...tensors.keys()].slice(0, 6).join(', ') || 'none';
    return refuseBody(`it has no tensor ${count.missing} (tensors: ${held})`);
  }
  const rows = Array.from({ length: count }, (_, index) =>
    rowsFromDense(denseOf(tensors.get(junctionName(index))!, bytes.subarray(start))),
  );
  return withExtras(patternFromRows(rows), extrasOf(metadata));
}

function parsedHeader(bytes: Buffer): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(bytes.toString('utf8'));
  } catch {
    return refuseBody('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    return refuseBody('its header is not a JSON object');
  }
  return header as Readonly<Record<string, unknown>>;
}

/** Every tensor, whichever; together they must cover the data without gap or overlap, as the format asks. */
function tensorsOf(described: Readonly<Record<string, unknown>>, dataBytes: number): Map<string, Tensor> {
  const tensors = Object.entries(described)
    .map(([name, value]): Tensor => {
      const { dtype, shape, data_offsets } = (value ?? {}) as Readonly<Record<string, unknown>>;
      if (!isWholeList(shape) || !isWholeList(data_offsets) || data_offsets.length !== 2) {
        return refuseBody(`tensor ${showValue(name)} has no proper shape and data_offsets`);
      }
      const [begin, end] = data_offsets;
      if (end < begin || end > dataBytes) {
        refuseBody(`tensor ${showValue(name)} lies at bytes ${begin} to ${end} of ${dataBytes}`);
      }
      return { name, dtype, shape, begin, end };
    })
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of tensors) {
    if (begin !== covered) refuseBody(`tensor ${showValue(name)} starts at byte ${begin}; expected ${covered}`);
    covered = end;
  }
  if (covered !== dataBytes) refuseBody(`its tensors cover ${covered} bytes of ${dataBytes}`);
  return new Map(tensors.map((tensor) => [tensor.name, tensor]));
}

function denseOf({ name, dtype, shape, begin, end }: Tensor, data: Uint8Array): DenseArray {
  const item = typeof dtype === 'string' && Object.hasOwn(DTYPES, dtype) ? DTYPES[dtype] : undefined;
  const [right, left] = shape;
  if (item === undefined || shape.length !== 2 || right < 1 || left < 1) {
    const message = `tensor ${name} is ${showValue(dtype)} of shape [${shape.join(', ')}]`;
    return refuse('unsupported-array', message, 'Save it as [right, left] of bool, integers or floats.');
  }
  if (right * left * item.bytes !== end - begin) {
    refuseBody(`tensor ${name} of shape [${right}, ${left}] has ${end - begin} bytes`);
  }
  return { right, left, item, fortran: false, data: data.subarray(begin, end) };
}

/** Foreign files have other metadata, or none; ours is JSON in a string, as the format allows only strings. */
function extrasOf(metadata: unknown): StatedExtras {
  const text = (metadata as { readonly scattershot?: unknown } | null | undefined)?.scattershot;
  if (typeof text !== 'string') return {};
  try {
    const extras: unknown = JSON.parse(text);
    return typeof extras === 'object' && extras !== null ? extras : {};
  } catch {
    return refuseBody('its scattershot metadata is not JSON');
  }
}

/** The file's bytes, in blocks. */
export function* safetensorsChunks(file: PatternFile): Generator<Uint8Array> {
  const { pattern, usedInputs, usedOutputs, shapes } = file;
  const extras = { version: 1, usedInputs, usedOutputs, shapes, fingerprint: fingerprint(pattern) };
  const scattershot = JSON.stringify(extras);
  const header: Record<string, unknown> = { __metadata__: { scattershot } };
  let begin = 0;
  for (const index of pattern.junctions.keys()) {
    const shape = [pattern.layers[index + 1], pattern.layers[index]];
    const end = begin + shape[0] * shape[1];
    header[junctionName(index)] = { dtype: 'U8', shape, data_offsets: [begin, end] };
    begin = end;
  }
  const text = JSON.stringify(header);
  const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  yield length;
  yield padded;
  for (const index of pattern.junctions.keys()) yield* denseBlocks(pattern, index);
}
