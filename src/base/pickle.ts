import { refuseContent } from './content-error.ts';

/**
 * Python's pickle read as data: nothing that it names is ever run or looked up. Protocols 2 to 5 (Python's Lib/pickletools.py has the
 * opcodes); those of protocols 0 and 1 that newer ones do not write are refused.
 */

/** A function or class by its name: "torch._utils._rebuild_tensor_v2". */
export class PickledName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** What Python would make by a call: of whom, with what, and what it would put into the result. */
export class PickledCall {
  readonly callee: PickledValue;
  readonly args: readonly PickledValue[];
  /** the object's attributes, as a rule; null where the pickle gives it none */
  state: PickledValue = null;
  /** what is put into it as into a dictionary or a list */
  readonly items = new Map<PickledValue, PickledValue>();
  readonly appended: PickledValue[] = [];

  constructor(callee: PickledValue, args: readonly PickledValue[]) {
    this.callee = callee;
    this.args = args;
  }
}

/** What stands outside of the pickle, by the value that names it. */
export class PickledReference {
  readonly id: PickledValue;

  constructor(id: PickledValue) {
    this.id = id;
  }
}

/** Lists, tuples and sets are arrays, dictionaries Maps, whole numbers beyond 2^53 BigInts, bytes Uint8Arrays. */
export type PickledValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickledName
  | PickledCall
  | PickledReference
  | PickledValue[]
  | Map<PickledValue, PickledValue>;

/** A pickle's value, and where the bytes after it start. */
export interface ReadPickle {
  readonly value: PickledValue;
  /** every reference in it, in their order */
  readonly references: readonly PickledReference[];
  readonly end: number;
}

/** @throws ContentError for a pickle that is damaged or of a kind that is not read */
export function readPickle(bytes: Uint8Array, start: number, name: string): ReadPickle {
  return new PickleMachine(bytes, start, name).run();
}

const MARK = Symbol('mark');

/** Steps of a pickle that are followed: a step makes one value at most, so that this bounds the memory. */
const MOST_STEPS = 4_000_000;
/** Bytes of one text, and of one whole number. */
const MOST_TEXT = 1 << 24;
const MOST_DIGITS = 256;

/** Opcodes, by their letters. */
type Operation = (machine: PickleMachine) => void;

/** The stack machine that a pickle is a program for. Memory and time are bounded by the bytes of the pickle. */
class PickleMachine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #name: string;
  readonly #stack: (PickledValue | typeof MARK)[] = [];
  readonly #memo = new Map<number, PickledValue>();
  readonly #references: PickledReference[] = [];
  #at: number;

  constructor(bytes: Uint8Array, start: number, name: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#name = name;
    this.#at = start;
  }

  run(): ReadPickle {
    for (let step = 0; ; step++) {
      if (step === MOST_STEPS) {
        const message = `${this.#name} is a pickle of more than ${MOST_STEPS} steps`;
        return refuseContent('content-too-big', message, 'Save what is needed of it alone.');
      }
      const opcode = this.take(1)[0];
      if (opcode === STOP) return { value: this.pop(), references: this.#references, end: this.#at };
      const operation = operations.get(opcode);
      if (operation === undefined) {
        const shown = `0x${opcode.toString(16).padStart(2, '0')}`;
        return refuseContent(
          'unsupported-content',
          `${this.#name} is a pickle with the opcode ${shown}, which is not read`,
        );
      }
      operation(this);
    }
  }

  damaged(): never {
    return refuseContent('damaged-content', `${this.#name} is a damaged pickle (at byte ${this.#at})`);
  }

  take(count: number): Uint8Array {
    if (count < 0 || this.#at + count > this.#bytes.length) this.damaged();
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** An unsigned number of 1, 2, 4 or 8 bytes. */
  unsigned(bytes: 1 | 2 | 4 | 8): number {
    const at = this.#at;
    this.take(bytes);
    if (bytes === 1) return this.#view.getUint8(at);
    if (bytes === 2) return this.#view.getUint16(at, true);
    return bytes === 4 ? this.#view.getUint32(at, true) : Number(this.#view.getBigUint64(at, true));
  }

  signed(): number {
    return this.unsigned(4) | 0;
  }

  double(): number {
    const at = this.#at;
    this.take(8);
    return this.#view.getFloat64(at, false);
  }

  /** A whole number of any length, in two's complement. */
  long(length: number): number | bigint {
    if (length > MOST_DIGITS) this.damaged();
    const digits = this.take(length);
    if (length === 0) return 0;
    const hex = Buffer.from(digits).reverse().toString('hex');
    const value = BigInt.asIntN(8 * length, BigInt(`0x${hex}`));
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  text(length: number): string {
    if (length > MOST_TEXT) this.damaged();
    return Buffer.from(this.take(length)).toString('utf8');
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) this.damaged();
    const text = this.text(end - this.#at);
    this.#at = end + 1;
    return text;
  }

  push(value: PickledValue): void {
    this.#stack.push(value);
  }

  mark(): void {
    this.#stack.push(MARK);
  }

  pop(): PickledValue {
    const value = this.#stack.pop();
    return value === undefined || value === MARK ? this.damaged() : value;
  }

  /** What stands above the last mark, which goes too. */
  popToMark(): PickledValue[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) this.damaged();
    return this.#stack.splice(at).slice(1) as PickledValue[];
  }

  top(): PickledValue {
    const value = this.#stack[this.#stack.length - 1];
    return value === undefined || value === MARK ? this.damaged() : value;
  }

  remember(place: number): void {
    this.#memo.set(place, this.top());
  }

  rememberNext(): void {
    this.remember(this.#memo.size);
  }

  recall(place: number): void {
    const value = this.#memo.get(place);
    this.push(value === undefined ? this.damaged() : value);
  }

  append(values: readonly PickledValue[]): void {
    const target = this.top();
    const list = target instanceof PickledCall ? target.appended : target;
    if (!Array.isArray(list)) this.damaged();
    for (const value of values) list.push(value);
  }

  setItems(values: readonly PickledValue[]): void {
    const target = this.top();
    const dictionary = target instanceof PickledCall ? target.items : target;
    if (!(dictionary instanceof Map) || values.length % 2 !== 0) this.damaged();
    for (let i = 0; i < values.length; i += 2) dictionary.set(values[i], values[i + 1]);
  }

  call(): void {
    const args = this.pop();
    const callee = this.pop();
    this.push(new PickledCall(callee, Array.isArray(args) ? args : this.damaged()));
  }

  build(): void {
    const state = this.pop();
    const target = this.top();
    if (target instanceof PickledCall) target.state = state;
  }

  refer(): void {
    const reference = new PickledReference(this.pop());
    this.#references.push(reference);
    this.push(reference);
  }

  dictionary(values: readonly PickledValue[]): void {
    this.push(new Map());
    this.setItems(values);
  }
}

const STOP = '.'.charCodeAt(0);

const tuple = (machine: PickleMachine, length: number) => {
  const values: PickledValue[] = [];
  for (let i = 0; i < length; i++) values.unshift(machine.pop());
  machine.push(values);
};

const operations: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  // PROTO, FRAME: what they announce follows anyway
  [0x80, (machine) => void machine.take(1)],
  [0x95, (machine) => void machine.take(8)],
  ...Object.entries<Operation>({
    '(': (machine) => machine.mark(),
    '0': (machine) => void machine.pop(),
    '1': (machine) => void machine.popToMark(),
    '2': (machine) => machine.push(machine.top()),
    N: (machine) => machine.push(null),
    J: (machine) => machine.push(machine.signed()),
    K: (machine) => machine.push(machine.unsigned(1)),
    M: (machine) => machine.push(machine.unsigned(2)),
    G: (machine) => machine.push(machine.double()),
    X: (machine) => machine.push(machine.text(machine.unsigned(4))),
    B: (machine) => machine.push(machine.take(machine.unsigned(4))),
    C: (machine) => machine.push(machine.take(machine.unsigned(1))),
    T: (machine) => machine.push(machine.take(machine.unsigned(4))),
    U: (machine) => machine.push(machine.take(machine.unsigned(1))),
    ']': (machine) => machine.push([]),
    ')': (machine) => machine.push([]),
    '}': (machine) => machine.push(new Map()),
    l: (machine) => machine.push(machine.popToMark()),
    t: (machine) => machine.push(machine.popToMark()),
    d: (machine) => machine.dictionary(machine.popToMark()),
    a: (machine) => machine.append([machine.pop()]),
    e: (machine) => machine.append(machine.popToMark()),
    s: (machine) => {
      const value = machine.pop();
      machine.setItems([machine.pop(), value]);
    },
    u: (machine) => machine.setItems(machine.popToMark()),
    q: (machine) => machine.remember(machine.unsigned(1)),
    r: (machine) => machine.remember(machine.unsigned(4)),
    h: (machine) => machine.recall(machine.unsigned(1)),
    j: (machine) => machine.recall(machine.unsigned(4)),
    c: (machine) => machine.push(new PickledName(`${machine.line()}.${machine.line()}`)),
    Q: (machine) => machine.refer(),
    R: (machine) => machine.call(),
    b: (machine) => machine.build(),
  }).map(([letter, operation]): [number, Operation] => [letter.charCodeAt(0), operation]),
  // NEWOBJ, NEWOBJ_EX
  [0x81, (machine) => machine.call()],
  [
    0x92,
    (machine) => {
      machine.pop();
      machine.call();
    },
  ],
  // TUPLE1 to TUPLE3, NEWTRUE, NEWFALSE
  [0x85, (machine) => tuple(machine, 1)],
  [0x86, (machine) => tuple(machine, 2)],
  [0x87, (machine) => tuple(machine, 3)],
  [0x88, (machine) => machine.push(true)],
  [0x89, (machine) => machine.push(false)],
  // LONG1, LONG4
  [0x8a, (machine) => machine.push(machine.long(machine.unsigned(1)))],
  [0x8b, (machine) => machine.push(machine.long(machine.unsigned(4)))],
  // SHORT_BINUNICODE, BINUNICODE8, BINBYTES8, EMPTY_SET, ADDITEMS, FROZENSET, STACK_GLOBAL, MEMOIZE, BYTEARRAY8
  [0x8c, (machine) => machine.push(machine.text(machine.unsigned(1)))],
  [0x8d, (machine) => machine.push(machine.text(machine.unsigned(8)))],
  [0x8e, (machine) => machine.push(machine.take(machine.unsigned(8)))],
  [0x8f, (machine) => machine.push([])],
  [0x90, (machine) => machine.append(machine.popToMark())],
  [0x91, (machine) => machine.push(machine.popToMark())],
  [
    0x93,
    (machine) => {
      const [name, module] = [machine.pop(), machine.pop()];
      // anything else would be written out as text, however large it is: lists of lists take 2^depth words
      if (typeof name !== 'string' || typeof module !== 'string') machine.damaged();
      machine.push(new PickledName(`${module}.${name}`));
    },
  ],
  [0x94, (machine) => machine.rememberNext()],
  [0x96, (machine) => machine.push(machine.take(machine.unsigned(8)))],
]);
