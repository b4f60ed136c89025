import { refuseData } from './refuse-data.ts';

/** A file that is no data set of a kind that is read: what it is, and how to make one of it. */
interface ForeignFile {
  /** "a PyTorch file" */
  readonly what: string;
  readonly nextStep: string;
}

const SAVE = 'numpy.savez_compressed("data.npz", x=x, y=y)';
const inPython = (reading: string) => `In Python: ${reading}; ${SAVE}.`;
const arraysFrom = (reading: string) => inPython(`${reading}, its examples as x and its labels as y`);

const text = (bytes: Uint8Array, from: number, to: number) =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.max(0, Math.min(to, bytes.length) - from)).toString('latin1');

const pytorch: ForeignFile = {
  what: 'a PyTorch file',
  nextStep: inPython('d = torch.load(FILE), x = d[…].numpy(), y = d[…].numpy() by their names in it'),
};
const image: ForeignFile = {
  what: 'one picture',
  nextStep: `Put all pictures into one array of (examples, height, width) and their classes into another: ${SAVE}.`,
};
const packed = (how: string): ForeignFile => ({
  what: `an archive packed by ${how}`,
  nextStep: 'Unpack it, and give the .npz or IDX file in it.',
});

type Magic = readonly [start: string, at: number, file: ForeignFile];

const magics: readonly Magic[] = [
  [
    ...(['version https://git-lfs', 0] as const),
    { what: 'a Git LFS pointer, not the file itself', nextStep: 'Bring the file itself with: git lfs pull.' },
  ],
  ['l\xfc\x9cF\xf9 j\xa8P\x19', 4, pytorch],
  ['MATLAB 7.3 MAT-file', 0, { what: 'a MATLAB file (.mat, 7.3)', nextStep: arraysFrom('h5py.File(FILE)') }],
  ['MATLAB 5.0 MAT-file', 0, { what: 'a MATLAB file (.mat)', nextStep: arraysFrom('scipy.io.loadmat(FILE)') }],
  ['\x89HDF\r\n\x1a\n', 0, { what: 'an HDF5 file', nextStep: arraysFrom('h5py.File(FILE)') }],
  ['PAR1', 0, { what: 'a Parquet table', nextStep: arraysFrom('pandas.read_parquet(FILE)') }],
  ['ARROW1', 0, { what: 'an Arrow table', nextStep: arraysFrom('pandas.read_feather(FILE)') }],
  ['FEA1', 0, { what: 'a Feather table', nextStep: arraysFrom('pandas.read_feather(FILE)') }],
  ['SQLite format 3', 0, { what: 'an SQLite database', nextStep: arraysFrom('pandas.read_sql(…)') }],
  ['\x89PNG', 0, image],
  ['\xff\xd8\xff', 0, image],
  ['GIF8', 0, image],
  ['BM', 0, image],
  ['ustar', 257, packed('tar')],
  ['BZh', 0, packed('bzip2')],
  ['\xfd7zXZ', 0, packed('xz')],
  ['7z\xbc\xaf', 0, packed('7-Zip')],
  ['(\xb5/\xfd', 0, packed('Zstandard')],
  ['%PDF', 0, { what: 'a PDF document', nextStep: 'Give the data themselves as .npz.' }],
];

const DELIMITERS = [',', '\t', ';', ' '];

/** A table as text: two lines or more with the same delimiter, equally often. */
function tableText(content: string): ForeignFile | null {
  const lines = content.split(/\r?\n/, 3).filter((line) => line.trim() !== '');
  const delimiter = DELIMITERS.find((each) => {
    const [first, second = first] = lines.map((line) => line.split(each).length);
    return first > 1 && first === second;
  });
  if (delimiter === undefined) return null;
  const named = !lines[0].split(delimiter).every((cell) => cell.trim() !== '' && Number.isFinite(Number(cell)));
  const options = `delimiter=${JSON.stringify(delimiter)}${named ? ', skiprows=1' : ''}`;
  const reading = `a = numpy.loadtxt(FILE, ${options}), x = a[:, :-1], y = a[:, -1] where the label stands last`;
  return { what: `a table as text (${delimiter === ',' ? 'CSV' : 'delimited'})`, nextStep: inPython(reading) };
}

function ofText(bytes: Uint8Array): ForeignFile | null {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1 << 16))
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a file with such characters is no text
  if (/[\x00-\x08\x0e-\x1f]/.test(content)) return null;
  if (/^\s*<(!doctype|html|\?xml)/i.test(content)) {
    return { what: 'a web page', nextStep: 'Download the file itself instead of the page about it.' };
  }
  if (/^\s*@relation\b/im.test(content)) {
    return { what: 'an ARFF table (Weka)', nextStep: arraysFrom('scipy.io.arff.loadarff(FILE)') };
  }
  if (/^[+-]?\d+(\.\d+)?( +\d+:\S+)+\s*$/m.test(content.split('\n', 1)[0])) {
    const reading = 'x, y = sklearn.datasets.load_svmlight_file(FILE), x = x.toarray()';
    return { what: 'a LIBSVM table', nextStep: inPython(reading) };
  }
  if (/^\s*[[{]/.test(content)) return { what: 'a JSON file', nextStep: arraysFrom('json.load(open(FILE))') };
  return tableText(content) ?? { what: 'a text file', nextStep: arraysFrom('numpy.loadtxt(FILE)') };
}

/** What a file starts with, in words; null where that is nothing known. @param bytes the first of the file, unpacked by gzip */
export function foreignFile(bytes: Uint8Array, path: string): ForeignFile | null {
  if (bytes.length === 0) return { what: 'an empty file', nextStep: 'Save the data again, as .npz.' };
  const magic = magics.find(([start, at]) => text(bytes, at, at + start.length) === start);
  if (magic !== undefined) return magic[2];
  if (bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5) {
    if (/\.(pt|pth)$/i.test(path)) return pytorch;
    return { what: 'a Python pickle', nextStep: arraysFrom('pickle.load(open(FILE, "rb"))') };
  }
  if (bytes.length > 9 && bytes[8] === 0x7b && text(bytes, 4, 8) === '\0\0\0\0') {
    return { what: 'a safetensors file', nextStep: arraysFrom('safetensors.numpy.load_file(FILE)') };
  }
  return ofText(bytes);
}

/** What a zip archive without arrays is, by the names in it. */
export function foreignArchive(names: readonly string[]): ForeignFile {
  if (names.some((name) => /(^|\/)data\.pkl$|(^|\/)constants\.pkl$/.test(name))) return pytorch;
  if (names.some((name) => name.startsWith('xl/'))) {
    return { what: 'an Excel sheet', nextStep: arraysFrom('pandas.read_excel(FILE)') };
  }
  if (names.some((name) => /(^|\/)(model\.weights\.h5|config\.json)$/.test(name))) {
    return { what: 'a Keras model', nextStep: 'Give the data that it was trained on, as .npz.' };
  }
  return {
    what: `a zip archive without arrays (in it: ${names.slice(0, 4).join(', ') || 'nothing'})`,
    nextStep: 'Unpack it, and save the data as .npz: numpy.savez_compressed("data.npz", x=x, y=y).',
  };
}

/** How to make data of a folder, which holds pictures more often than not. */
export const FOLDER_NEXT_STEP = `Name a .npz or IDX file in it; of pictures, one array of (examples, height, width) and one of class numbers: ${SAVE}.`;

/** @throws ScattershotError 'not-a-dataset' */
export const refuseForeign = (path: string, { what, nextStep }: ForeignFile): never =>
  refuseData(`${path} is ${what}, which is not read as data`, nextStep.replaceAll('FILE', JSON.stringify(path)));
