import { InvalidValueError } from '../../base/caller-errors.ts';
import { assemble } from '../../base/wasm/assembler.ts';
import { type Kernel, PAGE_BYTES, type WasmMemory, wasm } from '../../base/wasm/platform.ts';
import { bitKernels } from './bit-kernels.ts';
import { countKernels } from './count-kernels.ts';

/**
 * The kernels with the memory they work on: numbers and rows lie at byte addresses, handed out in order and given back by
 * releasing to a mark. One of them a thread; their memory grows to what the largest pattern needed and is reused.
 */
export class ScatterKernels {
  /** the whole memory, as 32-bit words and as doubles; new objects whenever it grows */
  words: Uint32Array;
  doubles: Float64Array;
  readonly #memory: WasmMemory;
  readonly #kernels: ReadonlyMap<string, Kernel>;
  #top = 0;

  constructor() {
    this.#memory = new wasm.Memory({ initial: 16, maximum: 65536 });
    const module = new wasm.Module(assemble([...bitKernels, ...countKernels]));
    const instance = new wasm.Instance(module, { env: { memory: this.#memory } });
    this.#kernels = new Map(Object.entries(instance.exports));
    this.words = new Uint32Array(this.#memory.buffer);
    this.doubles = new Float64Array(this.#memory.buffer);
  }

  run(name: string, ...parameters: number[]): void {
    const kernel = this.#kernels.get(name);
    if (kernel === undefined) throw new InvalidValueError(`expected a kernel of this machine; got "${name}"`);
    kernel(...parameters);
  }

  get mark(): number {
    return this.#top;
  }

  /** Gives back everything that was allocated after the mark was read. */
  release(mark: number): void {
    this.#top = mark;
  }

  /** Address of `bytes` bytes, a multiple of 64; what they hold is left over from before. @throws RangeError past 4 GiB */
  allocate(bytes: number): number {
    const address = this.#top;
    const top = address + Math.ceil(bytes / 64) * 64;
    if (top > this.#memory.buffer.byteLength) this.#grow(top);
    this.#top = top;
    return address;
  }

  #grow(bytes: number): void {
    const pages = Math.ceil((bytes - this.#memory.buffer.byteLength) / PAGE_BYTES);
    const generous = Math.max(pages, Math.min(this.#memory.buffer.byteLength / PAGE_BYTES / 4, 1024));
    if (bytes > 65536 * PAGE_BYTES) {
      throw new InvalidValueError(`expected a pattern that can be scored in 4 GiB; got one that takes ${bytes} bytes`);
    }
    this.#memory.grow(Math.min(Math.ceil(generous), 65536 - this.#memory.buffer.byteLength / PAGE_BYTES));
    this.words = new Uint32Array(this.#memory.buffer);
    this.doubles = new Float64Array(this.#memory.buffer);
  }

  /** Address of a copy of these numbers. */
  place(numbers: Uint32Array): number {
    const address = this.allocate(numbers.byteLength);
    this.words.set(numbers, address / 4);
    return address;
  }

  bytes(address: number, count: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, address, count);
  }

  shorts(address: number, count: number): Uint16Array {
    return new Uint16Array(this.#memory.buffer, address, count);
  }

  /** Address of `count` doubles, all 0. */
  zeros(count: number): number {
    const address = this.allocate(8 * count);
    this.doubles.fill(0, address / 8, address / 8 + count);
    return address;
  }
}

let shared: ScatterKernels | null = null;

/** This thread's machine, made at the first call. */
export function threadKernels(): ScatterKernels {
  shared ??= new ScatterKernels();
  return shared;
}
