import { refuseContent } from '../../base/content-error.ts';
import { PickledCall, PickledName, PickledReference, type PickledValue } from '../../base/pickle.ts';
import { floatBits, type Item } from './dense.ts';

/** Items by the names of PyTorch's storages and types. */
const items: Readonly<Record<string, Omit<Item, 'bigEndian'>>> = {
  ...{ BoolStorage: { bytes: 1, float: null }, ByteStorage: { bytes: 1, float: null } },
  ...{ CharStorage: { bytes: 1, float: null }, ShortStorage: { bytes: 2, float: null } },
  ...{ IntStorage: { bytes: 4, float: null }, LongStorage: { bytes: 8, float: null } },
  ...{ HalfStorage: { bytes: 2, float: floatBits.F16 }, BFloat16Storage: { bytes: 2, float: floatBits.BF16 } },
  ...{ FloatStorage: { bytes: 4, float: floatBits.F32 }, DoubleStorage: { bytes: 8, float: floatBits.F64 } },
  // of storages without a type, whose tensors say it
  ...{ uint16: { bytes: 2, float: null }, uint32: { bytes: 4, float: null }, uint64: { bytes: 8, float: null } },
  ...{ float8_e4m3fn: { bytes: 1, float: floatBits.E4M3 }, float8_e5m2: { bytes: 1, float: floatBits.E5M2 } },
};

/** Where a tensor's items lie, by its pickle. */
export interface TorchTensor {
  /** of its storage, within the file */
  readonly key: string;
  /** "FloatStorage", "float8_e5m2" */
  readonly type: string;
  /** null for types that are not read, such as complex numbers */
  readonly item: Omit<Item, 'bigEndian'> | null;
  /** items before its first */
  readonly offset: number;
  readonly shape: readonly number[];
  /** items from one to the next, by dimension */
  readonly strides: readonly number[];
}

/** A sparse tensor, whose indices and values are tensors of their own. */
export interface TorchSparseTensor {
  /** "torch.sparse_coo" */
  readonly layout: string;
  readonly shape: readonly number[];
}

export type HeldTensor = TorchTensor | TorchSparseTensor;

/** A storage that a pickle refers to. */
export interface TorchStorage {
  readonly key: string;
  readonly type: string;
  /** items before its first, of a storage that is a part of another (legacy files) */
  readonly offset: number;
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** ("storage", type, key, place, size, view): torch/serialization.py, persistent_id; null for what is none. */
export function storageOf(value: PickledValue): TorchStorage | null {
  if (!(value instanceof PickledReference) || !Array.isArray(value.id)) return null;
  const [word, type, key, , , view] = value.id;
  if (word !== 'storage' || !(type instanceof PickledName) || typeof key !== 'string') return null;
  const offset = Array.isArray(view) ? view[1] : 0;
  return { key, type: lastPart(type.name), offset: typeof offset === 'number' ? offset : 0 };
}

/** Bytes of an item of a storage; null for types that are not read. */
export const itemOfType = (type: string): Omit<Item, 'bigEndian'> | null =>
  Object.hasOwn(items, type) ? items[type] : null;

const isPlaces = (value: PickledValue): value is number[] =>
  Array.isArray(value) && value.every((side) => Number.isSafeInteger(side) && (side as number) >= 0);

/** Wraps of one tensor: a parameter of a subclass of tensors has two. */
const MOST_WRAPS = 8;

/** What torch/_utils.py would rebuild a tensor from; null for what is no tensor. */
export function tensorOf(value: PickledValue, wraps = 0): HeldTensor | null {
  if (!(value instanceof PickledCall) || !(value.callee instanceof PickledName) || wraps > MOST_WRAPS) return null;
  switch (value.callee.name) {
    case 'torch._utils._rebuild_parameter':
    case 'torch._utils._rebuild_parameter_with_state':
      return tensorOf(value.args[0] ?? null, wraps + 1);
    case 'torch._tensor._rebuild_from_type_v2': {
      const [rebuild, , args] = value.args;
      return Array.isArray(args) ? tensorOf(new PickledCall(rebuild ?? null, args), wraps + 1) : null;
    }
    case 'torch._utils._rebuild_tensor':
    case 'torch._utils._rebuild_tensor_v2':
    case 'torch._utils._rebuild_tensor_v3':
      return rebuilt(value.args, value.callee.name.endsWith('_v3'));
    case 'torch._utils._rebuild_sparse_tensor':
      return sparseOf(value.args);
    default:
      return null;
  }
}

const argsOf = (value: PickledValue | undefined): readonly PickledValue[] =>
  value instanceof PickledCall ? value.args : [];

/**
 * @param args the call that names the layout, and of it (indices, values, size, …) or (compressed indices, plain ones, values, size):
 * torch/_tensor.py, _reduce_ex_internal
 */
function sparseOf([named, data]: readonly PickledValue[]): TorchSparseTensor | null {
  const [layout] = argsOf(named);
  if (typeof layout !== 'string' || !/^torch\.sparse_[a-z]{3}$/.test(layout) || !Array.isArray(data)) return null;
  const [shape = null] = argsOf(data[layout === 'torch.sparse_coo' ? 2 : 3]);
  return isPlaces(shape) ? { layout, shape } : null;
}

/** @param args storage, offset, sizes, strides, whether gradients are wanted, hooks, and the type where the storage has none */
function rebuilt(args: readonly PickledValue[], isTyped: boolean): TorchTensor | null {
  const storage = storageOf(args[0] ?? null);
  const [, offset, shape, strides, , , named] = args;
  if (storage === null || !isPlaces([offset ?? null]) || !isPlaces(shape ?? null) || !isPlaces(strides ?? null))
    return null;
  if ((shape as number[]).length !== (strides as number[]).length) return null;
  const type = isTyped && named instanceof PickledName ? lastPart(named.name) : storage.type;
  return {
    key: storage.key,
    type,
    item: itemOfType(type),
    offset: storage.offset + (offset as number),
    shape: shape as number[],
    strides: strides as number[],
  };
}

/** Deeper than any model; names grow with the depth. */
const MOST_DEPTH = 32;

/** Characters of all names together: thousands of times what a large model has. */
const MOST_NAME_CHARACTERS = 1 << 22;

/** Members of a module that hold its tensors and modules, and do not stand in their names. */
const MODULE_PARTS = ['_parameters', '_buffers', '_modules'];

/**
 * The tensors that a pickle holds, by the names under which Python finds them: "state_dict.fc1.weight_mask" in dictionaries, "masks.0"
 * in lists, "fc1.weight" in whole modules. Each list, dictionary and object is looked into once.
 * @throws ContentError where the names are longer than any model's
 */
export function namedTensors(value: PickledValue): ReadonlyMap<string, HeldTensor> {
  const found = new Map<string, HeldTensor>();
  const seen = new Set<PickledValue>();
  let characters = 0;
  const visit = (held: PickledValue, path: readonly string[]): void => {
    const tensor = tensorOf(held);
    if (tensor !== null) {
      for (const part of path) characters += part.length + 1;
      if (characters > MOST_NAME_CHARACTERS) {
        const message = `its tensors have names of more than ${MOST_NAME_CHARACTERS} characters in all`;
        refuseContent('content-too-big', message, 'Save the masks alone.');
      }
      found.set(path.join('.') || LONE_NAME, tensor);
      return;
    }
    if (typeof held !== 'object' || held === null || seen.has(held) || path.length > MOST_DEPTH) return;
    seen.add(held);
    for (const [key, member] of membersOf(held)) visit(member, key === null ? path : [...path, key]);
  };
  visit(value, []);
  return found;
}

/** The name of a tensor that is all that a file holds. */
export const LONE_NAME = 'tensor';

/** What a value holds, by keys; null for a key that stands in no name. */
function* membersOf(value: PickledValue): Generator<readonly [string | null, PickledValue]> {
  if (value instanceof Map) {
    for (const [key, member] of value) {
      if (typeof key === 'string' || typeof key === 'number') yield [String(key), member];
    }
  } else if (Array.isArray(value)) {
    for (const [index, member] of value.entries()) yield [String(index), member];
  } else if (value instanceof PickledCall) {
    yield* membersOf(value.items);
    yield* membersOf(value.appended);
    // the state of an ordered dictionary is what PyTorch notes of versions
    if (value.callee instanceof PickledName && value.callee.name === 'collections.OrderedDict') return;
    if (!(value.state instanceof Map)) return;
    for (const [key, member] of value.state) {
      if (typeof key !== 'string') continue;
      if (MODULE_PARTS.includes(key)) yield [null, member];
      else if (!key.startsWith('_')) yield [key, member];
    }
  }
}
