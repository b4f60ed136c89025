import { crc32, deflateSync } from 'node:zlib';

/** 8-bit samples, row-major, channels innermost. */
interface Raster {
  readonly width: number;
  readonly height: number;
  /** 3: red, green, blue; 4: and alpha */
  readonly channels: 3 | 4;
  readonly samples: Uint8Array;
}

function chunk(type: string, body: Uint8Array): Buffer {
  const bytes = Buffer.alloc(12 + body.length);
  bytes.writeUInt32BE(body.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(body, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + body.length)), 8 + body.length);
  return bytes;
}

/** The prediction of each filter, straight from the specification's table. */
const predictions = [
  () => 0,
  (a: number) => a,
  (_: number, b: number) => b,
  (a: number, b: number) => Math.floor((a + b) / 2),
  (a: number, b: number, c: number) => {
    const p = a + b - c;
    // the nearest of the three, in this order
    return [a, b, c].reduce((best, each) => (Math.abs(p - each) < Math.abs(p - best) ? each : best));
  },
];

/** A PNG image whose row y has filter `filters[y]`. */
export function encodePng({ width, height, channels, samples }: Raster, filters: readonly number[]): Buffer {
  const stride = width * channels;
  const at = (x: number, y: number) => (x < 0 || y < 0 ? 0 : samples[y * stride + x]);
  const rows = Array.from({ length: height }, (_, y) => [
    filters[y],
    ...Array.from({ length: stride }, (__, x) => {
      const predicted = predictions[filters[y]](at(x - channels, y), at(x, y - 1), at(x - channels, y - 1));
      return (at(x, y) - predicted) & 255;
    }),
  ]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, channels === 3 ? 2 : 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Uint8Array.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
