import { crc32, inflateSync } from 'node:zlib';
import { InvalidValueError } from '../../../base/caller-errors.ts';

/** 8-bit samples, row-major, channels innermost. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** 3: red, green, blue; 4: and alpha */
  readonly channels: 3 | 4;
  readonly samples: Uint8Array;
}

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const COLOUR_CHANNELS: Readonly<Record<number, 3 | 4>> = { 2: 3, 6: 4 };

interface Chunks {
  readonly header: Buffer;
  readonly data: readonly Buffer[];
}

const refuse = (why: string): never => {
  throw new InvalidValueError(
    `expected a whole PNG image, 8 bits a channel, RGB or RGBA, not interlaced; got one where ${why}`,
  );
};

/** The header and the compressed data, each checked by its CRC (PNG specification, section 5). */
function chunksOf(png: Buffer): Chunks {
  if (!png.subarray(0, 8).equals(SIGNATURE)) refuse('the signature is missing');
  let header: Buffer | undefined;
  const data: Buffer[] = [];
  for (let at = 8; ; ) {
    if (at + 12 > png.length) refuse('the end is missing');
    const length = png.readUInt32BE(at);
    const end = at + 12 + length;
    if (end > png.length) refuse('the end is missing');
    const type = png.toString('latin1', at + 4, at + 8);
    if (crc32(png.subarray(at + 4, end - 4)) !== png.readUInt32BE(end - 4))
      refuse(`chunk ${type} has a wrong checksum`);
    if (type === 'IHDR') header = png.subarray(at + 8, end - 4);
    if (type === 'IDAT') data.push(png.subarray(at + 8, end - 4));
    if (type === 'IEND') return { header: header ?? refuse('the header is missing'), data };
    at = end;
  }
}

/** The sample that Paeth's filter predicts: of left, above and upper left the one nearest to left + above − upper left. */
function paeth(left: number, above: number, corner: number): number {
  const estimate = left + above - corner;
  const byLeft = Math.abs(estimate - left);
  const byAbove = Math.abs(estimate - above);
  const byCorner = Math.abs(estimate - corner);
  if (byLeft <= byAbove && byLeft <= byCorner) return left;
  return byAbove <= byCorner ? above : corner;
}

/** Undoes one row's filter (section 9.2) in place. `above` is the row before, zeros for the first. */
function unfilterRow(filter: number, row: Uint8Array, above: Uint8Array, channels: number): void {
  // The filter is chosen outside the loops: a data set has rows by the ten thousand, nearly all of one kind.
  switch (filter) {
    case 0:
      return;
    case 1:
      for (let i = channels; i < row.length; i++) row[i] += row[i - channels];
      return;
    case 2:
      for (let i = 0; i < row.length; i++) row[i] += above[i];
      return;
    case 3:
      for (let i = 0; i < row.length; i++) row[i] += ((i < channels ? 0 : row[i - channels]) + above[i]) >> 1;
      return;
    case 4:
      for (let i = 0; i < channels; i++) row[i] += above[i];
      for (let i = channels; i < row.length; i++) row[i] += paeth(row[i - channels], above[i], above[i - channels]);
      return;
    default:
      refuse(`a row has filter ${filter}`);
  }
}

/** `filtered` has a filter's number before every row. */
function unfiltered(filtered: Buffer, height: number, stride: number, channels: number): Uint8Array {
  const samples = new Uint8Array(height * stride);
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const from = y * (stride + 1);
    const row = samples.subarray(y * stride, (y + 1) * stride);
    row.set(filtered.subarray(from + 1, from + 1 + stride));
    unfilterRow(filtered[from], row, above, channels);
    above = row;
  }
  return samples;
}

/**
 * Decodes a PNG image of 8 bits a channel, RGB or RGBA, not interlaced (W3C, Portable Network Graphics, second edition): the kind
 * that data sets are packed in. Colour profiles and gamma are left alone: samples come out as they are stored.
 * @throws RangeError for anything else, and for a damaged file
 */
export function decodePng(png: Buffer): Raster {
  const { header, data } = chunksOf(png);
  if (header.length !== 13) refuse(`the header has ${header.length} bytes`);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const [depth, colour, , , interlace] = header.subarray(8);
  const channels = COLOUR_CHANNELS[colour] ?? refuse(`the colour type is ${colour}`);
  if (depth !== 8) refuse(`the depth is ${depth}`);
  if (interlace !== 0) refuse('rows are interlaced');
  const stride = width * channels;
  const size = height * (stride + 1);
  const filtered = inflated(Buffer.concat(data), size);
  if (filtered.length !== size) refuse(`there are ${filtered.length} bytes of samples instead of ${size}`);
  return { width, height, channels, samples: unfiltered(filtered, height, stride, channels) };
}

function inflated(packed: Buffer, size: number): Buffer {
  try {
    return inflateSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch (error) {
    return refuse(`the samples cannot be unpacked (${(error as Error).message})`);
  }
}
