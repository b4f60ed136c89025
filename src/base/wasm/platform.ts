export type Kernel = (...parameters: number[]) => void;

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The part of the platform's WebAssembly that is used here; neither the language library nor Node's types declare it. */
interface Wasm {
  readonly Memory: new (limits: { initial: number; maximum: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: { env: { memory: WasmMemory } },
  ) => { readonly exports: Readonly<Record<string, Kernel>> };
  readonly validate: (bytes: Uint8Array<ArrayBuffer>) => boolean;
}

export const wasm = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly;

/** Bytes of one page of memory; a memory has at most 65536. */
export const PAGE_BYTES = 65536;
