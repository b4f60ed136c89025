import { showValue, wordContentErrors } from '../../base/content-error.ts';
import { isRecord, parseJson } from '../../base/json.ts';
import { fingerprint } from '../pattern.ts';
import { type DenseArray, denseBlocks, type FloatBits, floatBits, type Item } from './dense.ts';
import { type ArrayChoice, junctionName, patternFromArrays } from './named-arrays.ts';
import { type PatternFile, refuse, refuseBody, statedObject, withStated, wordForPatterns } from './pattern-file.ts';

/**
 * safetensors: 8 bytes little-endian header length, a JSON header, then the tensors' bytes; tensors `junction1`, `junction2`, …
 * of [right, left], any dtype on reading, U8 on writing. Context and fingerprint stand in `__metadata__` under `scattershot`.
 */
const items: readonly (readonly [dtype: string, bytes: Item['bytes'], float: FloatBits | null])[] = [
  ['BOOL', 1, null],
  ['U8', 1, null],
  ['I8', 1, null],
  ['F8_E4M3', 1, floatBits.E4M3],
  ['F8_E5M2', 1, floatBits.E5M2],
  ['U16', 2, null],
  ['I16', 2, null],
  ['F16', 2, floatBits.F16],
  ['BF16', 2, floatBits.BF16],
  ['U32', 4, null],
  ['I32', 4, null],
  ['F32', 4, floatBits.F32],
  ['U64', 8, null],
  ['I64', 8, null],
  ['F64', 8, floatBits.F64],
];

const itemOf = new Map<unknown, Item>(
  items.map(([dtype, bytes, float]) => [dtype, { bytes, float, bigEndian: false }]),
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
export function parseSafetensors(bytes: Buffer, choice: ArrayChoice = {}): PatternFile {
  return wordContentErrors(() => patternOfTensors(bytes, choice), wordForPatterns);
}

function patternOfTensors(bytes: Buffer, choice: ArrayChoice): PatternFile {
  if (bytes.length < 8) return refuseBody('it is cut short: a safetensors file starts with the length of its header');
  const length = bytes.readBigUInt64LE(0);
  if (length > BigInt(MOST_HEADER) || length > BigInt(bytes.length - 8) || length < 2n) {
    return refuseBody(`its header claims ${length} bytes; the file has ${bytes.length - 8} after the length`);
  }
  const start = 8 + Number(length);
  const header = parsedHeader(bytes.subarray(8, start));
  const { __metadata__: metadata, ...described } = header;
  const tensors = tensorsOf(described, bytes.length - start);
  const data = bytes.subarray(start);
  const arrays = tensors.map((tensor) => ({
    name: tensor.name,
    shape: tensor.shape,
    read: () => denseOf(tensor, data),
  }));
  const read = patternFromArrays({ word: 'tensor', arrays }, choice);
  return { ...read, pattern: withStated(read.pattern, metadataOf(metadata)) };
}

function parsedHeader(bytes: Buffer): Readonly<Record<string, unknown>> {
  const header = wordContentErrors(
    () => parseJson(bytes),
    ({ message }) => refuseBody(message.replace(/^it /, 'its header ')),
  );
  return isRecord(header) ? header : refuseBody('its header is not a JSON object');
}

/** Every tensor, whichever; together they must cover the data without gap or overlap, as the format asks. */
function tensorsOf(described: Readonly<Record<string, unknown>>, dataBytes: number): Tensor[] {
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
  return tensors;
}

function denseOf({ name, dtype, shape, begin, end }: Tensor, data: Uint8Array): DenseArray {
  const item = itemOf.get(dtype);
  const [right, left] = shape;
  if (item === undefined) {
    const message = `tensor ${name} is ${showValue(dtype)} of shape [${shape.join(', ')}]`;
    return refuse('unsupported-array', message, 'Save it as [right, left] of bool, integers or floats.');
  }
  if (right * left * item.bytes !== end - begin) {
    refuseBody(`tensor ${name} of shape [${right}, ${left}] has ${end - begin} bytes`);
  }
  return { right, left, item, fortran: false, data: data.subarray(begin, end) };
}

/** Foreign files have other metadata, or none; ours is JSON in a string, as the format allows only strings. */
function metadataOf(metadata: unknown): Readonly<Record<string, unknown>> {
  const text = isRecord(metadata) ? metadata.scattershot : undefined;
  if (typeof text !== 'string') return {};
  const where = 'its scattershot metadata';
  const stated = wordContentErrors(
    () => parseJson(Buffer.from(text)),
    ({ message }) => refuseBody(message.replace(/^it /, `${where} `)),
  );
  return statedObject(stated, where);
}

/** The file's bytes, in blocks. */
export function* safetensorsChunks(file: PatternFile): Generator<Uint8Array> {
  const { pattern } = file;
  const scattershot = JSON.stringify({ version: 1, ...pattern.context, fingerprint: fingerprint(pattern) });
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
