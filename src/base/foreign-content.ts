import { isZip, zipDirectory } from './zip.ts';

/** Files that people give in good faith and that hold something else, or hold it in a form that is not read here. */
export type ForeignKind =
  | 'empty'
  | 'git-lfs'
  | 'web-page'
  | 'pytorch'
  | 'pickle'
  | 'keras'
  | 'hdf5'
  | 'matlab'
  | 'onnx'
  | 'gzip'
  | 'delimited-text';

/** What each is, after "it is". */
export const foreignWords: Readonly<Record<ForeignKind, string>> = {
  empty: 'empty',
  'git-lfs': 'a Git LFS pointer, which stands for a file that was not fetched',
  'web-page': 'a web page, as a download gives that needs a login or a redirect',
  pytorch: 'a PyTorch checkpoint (pickled Python objects)',
  pickle: 'a Python pickle',
  keras: 'a Keras model',
  hdf5: 'an HDF5 file',
  matlab: 'a MATLAB file',
  onnx: 'an ONNX model',
  gzip: 'packed by gzip',
  'delimited-text': 'a table of text (CSV)',
};

const HDF5 = '\x89HDF\r\n\x1a\n';

/** A legacy checkpoint is a pickle of this number first (torch/serialization.py, MAGIC_NUMBER). */
const TORCH_LEGACY = Buffer.from('6cfc9c46f9206aa85019', 'hex');

/** By the ending of a name, where the content says nothing. */
const endings: readonly (readonly [RegExp, ForeignKind])[] = [
  [/\.(csv|tsv)$/i, 'delimited-text'],
  [/\.onnx$/i, 'onnx'],
];

/**
 * What a file is that is none of ours, by its first bytes and then by its name; null where nothing is recognised. Text that might
 * be JSON and zips that hold plain arrays are not foreign.
 */
export function recogniseForeign(bytes: Uint8Array, path: string): ForeignKind | null {
  if (bytes.length === 0) return 'empty';
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024));
  const text = head.toString('latin1');
  if (text.startsWith('version https://git-lfs')) return 'git-lfs';
  if (/^(\xef\xbb\xbf)?\s*<(!doctype|html)/i.test(text)) return 'web-page';
  if (text.startsWith('MATLAB ')) return 'matlab';
  if (text.startsWith(HDF5) || text.slice(512, 520) === HDF5) return 'hdf5';
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip';
  // Protocols 2 to 5 of pickle. The length of a safetensors header could start so, but then has zeros from its fifth byte on, as the
  // frame of a short pickle has, and an opening brace after them.
  const isLength = head.subarray(4, 8).every((byte) => byte === 0) && bytes[8] === 0x7b;
  const pickled = bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5 && !isLength;
  if (pickled) return head.includes(TORCH_LEGACY) ? 'pytorch' : 'pickle';
  if (isZip(bytes)) return foreignArchive(bytes);
  return endings.find(([ending]) => ending.test(path))?.[1] ?? (isDelimited(text) ? 'delimited-text' : null);
}

function foreignArchive(bytes: Uint8Array): ForeignKind | null {
  let names: string[];
  try {
    names = [...zipDirectory(bytes).members.keys()];
  } catch {
    // Whoever reads it says what is damaged.
    return null;
  }
  if (names.some((name) => /(^|\/)data\.pkl$/.test(name))) return 'pytorch';
  return names.some((name) => /\.weights\.h5$/.test(name)) ? 'keras' : null;
}

/** Two numbers with a comma, semicolon, tab or space between them, and nothing else in the line. */
function isDelimited(text: string): boolean {
  const line = text.split(/\r?\n/, 1)[0];
  return /^\s*-?[\d.]+(e[-+]?\d+)?([,;\t ]\s*-?[\d.]+(e[-+]?\d+)?)+\s*$/i.test(line);
}
