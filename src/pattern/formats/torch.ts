import { refuseContent, showValue, wordContentErrors } from '../../base/content-error.ts';
import { memoryLimit } from '../../base/memory-limit.ts';
import { type ReadPickle, readPickle } from '../../base/pickle.ts';
import { isZip, unzipMember, type ZipDirectory, zipDirectory } from '../../base/zip.ts';
import type { DenseArray } from './dense.ts';
import { FROM_TORCH } from './foreign.ts';
import { type ArrayChoice, type NamedArray, patternFromArrays } from './named-arrays.ts';
import { type PatternFile, refuse, wordForPatterns } from './pattern-file.ts';
import {
  itemOfType,
  LONE_NAME,
  namedTensors,
  storageOf,
  type TorchSparseTensor,
  type TorchTensor,
  tensorOf,
} from './torch-tensors.ts';

/**
 * What torch.save writes, read as data: a pickle that says where tensors lie (base/pickle.ts runs nothing of it), and their items.
 * Since PyTorch 1.6 a zip with NAME/data.pkl and NAME/data/KEY; before that pickles in a row and the items after them
 * (torch/serialization.py, _save and _legacy_save).
 */

/** A checkpoint's pickle, and the bytes of its storages by key. */
interface TorchCheckpoint {
  readonly pickle: ReadPickle;
  readonly bigEndian: boolean;
  /** @throws ContentError where there is none */
  storage(key: string): Uint8Array;
}

/** @param bytes what `recogniseForeign` takes for a PyTorch checkpoint. @throws ScattershotError */
export function patternFromTorch(bytes: Uint8Array, choice: ArrayChoice = {}): PatternFile {
  return wordContentErrors(() => {
    const checkpoint = isZip(bytes) ? zipCheckpoint(bytes) : legacyCheckpoint(bytes);
    const tensors = namedTensors(checkpoint.pickle.value);
    if (tensors.size === 0) {
      refuse(
        'no-such-array',
        'it is a PyTorch checkpoint (pickled Python objects) in which no tensor is found',
        FROM_TORCH,
      );
    }
    const arrays = [...tensors].map(
      ([name, tensor]): NamedArray => ({
        name,
        shape: tensor.shape,
        read: () => ('layout' in tensor ? refuseSparse(tensor, name) : denseOf(tensor, name, checkpoint)),
      }),
    );
    const isLone = tensorOf(checkpoint.pickle.value) !== null;
    return patternFromArrays(
      { word: 'tensor', arrays },
      isLone && choice.tensors === undefined ? { ...choice, tensors: [LONE_NAME] } : choice,
    );
  }, wordForPatterns);
}

function zipCheckpoint(bytes: Uint8Array): TorchCheckpoint {
  const directory = zipDirectory(bytes);
  const pickleName = [...directory.members.keys()].find((name) => /(^|\/)data\.pkl$/.test(name)) ?? '';
  const folder = pickleName.slice(0, -'data.pkl'.length);
  const pickle = readPickle(memberOf(bytes, directory, pickleName), 0, pickleName);
  const order = directory.members.has(`${folder}byteorder`)
    ? Buffer.from(memberOf(bytes, directory, `${folder}byteorder`)).toString('latin1')
    : 'little';
  return {
    pickle,
    bigEndian: order === 'big',
    storage: (key) => memberOf(bytes, directory, `${folder}data/${key}`),
  };
}

function memberOf(bytes: Uint8Array, { members }: ZipDirectory, name: string): Uint8Array {
  const member = members.get(name);
  if (member === undefined) return refuseContent('damaged-content', `it has no member ${showValue(name)}`);
  return unzipMember(bytes, member, name);
}

/** Pickles of a magic number, a version, facts of the machine and what was saved; then one of the storages' keys, then their items. */
function legacyCheckpoint(bytes: Uint8Array): TorchCheckpoint {
  const name = 'the checkpoint';
  const version = readPickle(bytes, readPickle(bytes, 0, name).end, name);
  const machine = readPickle(bytes, version.end, name);
  const pickle = readPickle(bytes, machine.end, name);
  const keys = readPickle(bytes, pickle.end, name);
  const itemBytes = new Map<string, number>();
  for (const reference of pickle.references) {
    const storage = storageOf(reference);
    if (storage !== null) itemBytes.set(storage.key, itemOfType(storage.type)?.bytes ?? 0);
  }
  const storages = new Map<string, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = keys.end;
  for (const key of Array.isArray(keys.value) ? keys.value : []) {
    const size = itemBytes.get(String(key));
    if (size === undefined || size === 0) {
      return refuseContent('unsupported-content', `its storage ${showValue(key)} is of a type that is not read`);
    }
    const end = at + 8 <= bytes.length ? at + 8 + size * Number(view.getBigUint64(at, true)) : Number.POSITIVE_INFINITY;
    if (end > bytes.length)
      return refuseContent('damaged-content', `it is cut short: its storage ${showValue(key)} is not whole`);
    storages.set(String(key), bytes.subarray(at + 8, end));
    at = end;
  }
  return {
    pickle,
    bigEndian: machine.value instanceof Map && machine.value.get('little_endian') === false,
    storage: (key) => storages.get(key) ?? refuseContent('damaged-content', `it has no storage ${showValue(key)}`),
  };
}

/** @throws ScattershotError 'unsupported-array' */
function refuseSparse({ layout }: TorchSparseTensor, name: string): never {
  const subject = name === LONE_NAME ? 'its tensor' : `tensor ${name}`;
  const message = `${subject} is sparse (${layout}), and sparse tensors are not read`;
  return refuse(
    'unsupported-array',
    message,
    'Save it dense: torch.save({"junction1": mask1.to_dense(), …}, "masks.pt").',
  );
}

/** The items of a matrix where they lie in rows or columns, else a copy. */
function denseOf(tensor: TorchTensor, name: string, { bigEndian, storage }: TorchCheckpoint): DenseArray {
  const { key, item, type, offset, shape, strides } = tensor;
  if (item === null) {
    return refuse('unsupported-array', `tensor ${name} has items of the type ${type}`, FROM_TORCH);
  }
  const [right, left] = shape;
  const [down, along] = strides;
  const bytes = storage(key);
  const last = offset + (right - 1) * down + (left - 1) * along;
  if (!(last < Math.floor(bytes.length / item.bytes))) {
    return refuseContent('damaged-content', `tensor ${name} reaches beyond the ${bytes.length} bytes of its storage`);
  }
  const array = { right, left, item: { ...item, bigEndian } };
  const [start, length] = [offset * item.bytes, right * left * item.bytes];
  const isStepped = (stride: number, step: number, side: number) => stride === step || side === 1;
  if (isStepped(along, 1, left) && isStepped(down, left, right)) {
    return { ...array, fortran: false, data: bytes.subarray(start, start + length) };
  }
  if (isStepped(down, 1, right) && isStepped(along, right, left)) {
    return { ...array, fortran: true, data: bytes.subarray(start, start + length) };
  }
  if (length > bytes.length || length > memoryLimit()) {
    const message = `tensor ${name} shows the same items again and again, as expand() does`;
    return refuse('unsupported-array', message, 'Save it with .contiguous(), or as .json, which lists edges.');
  }
  const data = new Uint8Array(length);
  for (let j = 0, to = 0; j < right; j++) {
    for (let k = 0; k < left; k++, to += item.bytes) {
      const from = (offset + j * down + k * along) * item.bytes;
      for (let byte = 0; byte < item.bytes; byte++) data[to + byte] = bytes[from + byte];
    }
  }
  return { ...array, fortran: false, data };
}
