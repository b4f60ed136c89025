/**
 * An assembler of our own, so that kernels are plain TypeScript and need no tool and no build step.
 *
 * Just enough WebAssembly for that: expressions are nested lists of bytes in stack order, functions are joined to a module. Encoding: WebAssembly Core Specification 2.0, binary format (chapter 5).
 */
export type Code = number | readonly Code[];

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

const typeBytes: Readonly<Record<ValueType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };

/** LEB128 of a number from 0 to 2^32 − 1. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}

/** LEB128 of a signed 32-bit number. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

const flat = (code: Code): number[] => [code].flat(Number.POSITIVE_INFINITY as 1) as number[];

const binary =
  (...opcode: number[]) =>
  (a: Code, b: Code): Code => [a, b, opcode];
const unary =
  (...opcode: number[]) =>
  (a: Code): Code => [a, opcode];
/** @param align log2 of the alignment promised */
const load =
  (align: number, ...opcode: number[]) =>
  (address: Code, offset = 0): Code => [address, opcode, align, unsigned(offset)];
const store =
  (align: number, ...opcode: number[]) =>
  (address: Code, value: Code, offset = 0): Code => [address, value, opcode, align, unsigned(offset)];
const simd = (opcode: number) => [0xfd, ...unsigned(opcode)];

export const i32 = {
  const: (value: number): Code => [0x41, signed(value)],
  load: load(2, 0x28),
  load8: load(0, 0x2d),
  load16: load(1, 0x2f),
  store: store(2, 0x36),
  store8: store(0, 0x3a),
  store16: store(1, 0x3b),
  eqz: unary(0x45),
  equal: binary(0x46),
  below: binary(0x49),
  atLeast: binary(0x4f),
  popcount: unary(0x69),
  add: binary(0x6a),
  subtract: binary(0x6b),
  multiply: binary(0x6c),
  and: binary(0x71),
  or: binary(0x72),
  shiftLeft: binary(0x74),
  shiftRight: binary(0x76),
};

export const i64 = {
  const: (value: number): Code => [0x42, signed(value)],
  load: load(3, 0x29),
  store: store(3, 0x37),
  equal: binary(0x51),
  popcount: unary(0x7b),
  or: binary(0x84),
  shiftLeft: binary(0x86),
  fromI32: unary(0xad),
  toI32: unary(0xa7),
};

export const f64 = {
  load: load(3, 0x2b),
  store: store(3, 0x39),
  add: binary(0xa0),
  multiply: binary(0xa2),
  fromI32: unary(0xb8),
};

export const v128 = {
  load: load(4, ...simd(0x00)),
  /** four copies of one word of memory */
  load32Splat: load(2, ...simd(0x09)),
  store: store(4, ...simd(0x0b)),
  /** the first word alone */
  store32: (address: Code, value: Code, offset = 0): Code => [address, value, simd(0x5a), 2, unsigned(offset), 0],
  zero: [simd(0x0c), new Array(16).fill(0)] as Code,
  not: unary(...simd(0x4d)),
  and: binary(...simd(0x4e)),
  /** a and not b */
  andNot: binary(...simd(0x4f)),
  or: binary(...simd(0x50)),
  /** bits of a where the mask has ones, else of b */
  select: (a: Code, b: Code, mask: Code): Code => [a, b, mask, simd(0x52)],
  anyTrue: unary(...simd(0x53)),
};

/** Lanes of 8 and 16 bits, unsigned, addition saturating. */
export const i8x16 = {
  splat: unary(...simd(0x0f)),
  greater: binary(...simd(0x28)),
  popcount: unary(...simd(0x62)),
  bitmask: unary(...simd(0x64)),
  addSaturating: binary(...simd(0x70)),
  min: binary(...simd(0x77)),
};
export const i16x8 = {
  splat: unary(...simd(0x10)),
  greater: binary(...simd(0x32)),
  addPairs: unary(...simd(0x7d)),
  bitmask: unary(...simd(0x84)),
  addSaturating: binary(...simd(0x90)),
  min: binary(...simd(0x97)),
};
export const i32x4 = {
  splat: unary(...simd(0x11)),
  shiftLeft: binary(...simd(0xab)),
  /** towards zero; NaN gives 0 */
  fromF32: unary(...simd(0xf8)),
  lane: (vector: Code, lane: number): Code => [vector, simd(0x1b), lane],
  addPairs: unary(...simd(0x7f)),
  add: binary(...simd(0xae)),
};

const floatBytes = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)];

/** Four floats. Sums and products are rounded one by one: only `relaxedMultiplyAdd` may fuse them. */
export const f32x4 = {
  const: (value: number): Code => [simd(0x0c), Array.from({ length: 4 }, () => floatBytes(value))],
  splat: unary(...simd(0x13)),
  below: binary(...simd(0x43)),
  above: binary(...simd(0x44)),
  nearest: unary(...simd(0x6a)),
  absolute: unary(...simd(0xe0)),
  sqrt: unary(...simd(0xe3)),
  add: binary(...simd(0xe4)),
  subtract: binary(...simd(0xe5)),
  multiply: binary(...simd(0xe6)),
  divide: binary(...simd(0xe7)),
  /** a < b ? b : a, so that a NaN in a stays */
  pseudoMax: binary(...simd(0xeb)),
  /** lanes of a (0 to 3) and b (4 to 7) */
  shuffle: (a: Code, b: Code, lanes: readonly [number, number, number, number]): Code => [
    [a, b, simd(0x0d)],
    lanes.map((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)),
  ],
  /** a·b + c, rounded once or twice as the processor likes: not the same everywhere */
  relaxedMultiplyAdd: (a: Code, b: Code, c: Code): Code => [a, b, c, simd(0x105)],
};

/** A variable of a function, read by `get`. */
export class Local {
  readonly type: ValueType;
  readonly #index: number[];

  constructor(index: number, type: ValueType) {
    this.#index = unsigned(index);
    this.type = type;
  }

  get get(): Code {
    return [0x20, this.#index];
  }

  set(value: Code): Code {
    return [value, 0x21, this.#index];
  }

  /** Sets it and leaves the value where it can be used. */
  tee(value: Code): Code {
    return [value, 0x22, this.#index];
  }

  /** i32 only */
  increase(by: Code): Code {
    return this.set(i32.add(this.get, by));
  }
}

const leave = (depth: number): Code => [0x0c, unsigned(depth)];
const leaveIf = (condition: Code, depth: number): Code => [condition, 0x0d, unsigned(depth)];

/** `while (pointer < end) body`; `leaveLoop` inside the body, outside any other construct, leaves it. */
export const whileBelow = (pointer: Local, end: Code, body: Code): Code => [
  [0x02, 0x40, 0x03, 0x40],
  leaveIf(i32.atLeast(pointer.get, end), 1),
  body,
  leave(0),
  [0x0b, 0x0b],
];
/** `do body while (pointer < end)`: one jump a turn. */
export const repeatBelow = (pointer: Local, end: Code, body: Code): Code => [
  [0x03, 0x40],
  body,
  leaveIf(i32.below(pointer.get, end), 0),
  0x0b,
];
export const leaveLoopIf = (condition: Code): Code => leaveIf(condition, 1);
export const when = (condition: Code, body: Code): Code => [condition, 0x04, 0x40, body, 0x0b];

export interface FunctionCode {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

/** A function without result. `define` gets its parameters, and `local` to make more variables (zero at first). */
export function defineFunction(
  name: string,
  parameters: readonly ValueType[],
  define: (parameters: Local[], local: (type: ValueType) => Local) => Code,
): FunctionCode {
  const locals: ValueType[] = [];
  const local = (type: ValueType) => new Local(parameters.length + locals.push(type) - 1, type);
  const body = define(
    parameters.map((type, index) => new Local(index, type)),
    local,
  );
  return { name, parameters, locals, body };
}

const vector = (items: readonly Code[]): Code => [unsigned(items.length), items];
const text = (value: string): Code => vector([...Buffer.from(value)]);
const sized = (content: Code): Code => [unsigned(flat(content).length), content];
const section = (id: number, items: readonly Code[]): Code => [id, sized(vector(items))];

/** A module that imports `env.memory` and exports these functions. */
export function assemble(functions: readonly FunctionCode[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [0x60, vector(parameters.map((type) => typeBytes[type])), 0]);
  const exported = functions.map(({ name }, index) => [text(name), 0, unsigned(index)]);
  const bodies = functions.map(({ locals, body }) =>
    sized([vector(locals.map((type) => [1, typeBytes[type]])), body, 0x0b]),
  );
  return Uint8Array.from(
    flat([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, types),
      section(2, [[text('env'), text('memory'), 2, 0, 0]]),
      section(
        3,
        functions.map((_, index) => unsigned(index)),
      ),
      section(7, exported),
      section(10, bodies),
    ]),
  );
}
