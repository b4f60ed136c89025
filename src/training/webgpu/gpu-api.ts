/** The parts of WebGPU that are used here (https://www.w3.org/TR/webgpu/). */

export interface GpuAdapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
  readonly limits: GpuLimits;
  requestDevice(options: object): Promise<GpuDevice>;
}

export interface GpuLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  readonly maxComputeWorkgroupsPerDimension: number;
}

export interface GpuBuffer {
  readonly size: number;
  mapAsync(mode: number): Promise<void>;
  getMappedRange(): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

/** Whatever is only handed on. */
export type GpuHandle = object;

export interface GpuPipeline {
  getBindGroupLayout(group: number): GpuHandle;
}

export interface GpuComputePass {
  setPipeline(pipeline: GpuPipeline): void;
  setBindGroup(group: number, bindGroup: GpuHandle, dynamicOffsets?: readonly number[]): void;
  dispatchWorkgroups(x: number, y: number): void;
  end(): void;
}

export interface GpuEncoder {
  beginComputePass(): GpuComputePass;
  copyBufferToBuffer(from: GpuBuffer, fromByte: number, to: GpuBuffer, toByte: number, bytes: number): void;
  clearBuffer(buffer: GpuBuffer): void;
  finish(): GpuHandle;
}

export interface GpuDevice {
  readonly limits: GpuLimits;
  readonly lost: Promise<{ readonly message: string }>;
  readonly queue: {
    writeBuffer(buffer: GpuBuffer, byte: number, data: ArrayBufferView): void;
    submit(buffers: readonly GpuHandle[]): void;
  };
  addEventListener(type: 'uncapturederror', listener: (event: object) => void): void;
  createBuffer(options: { readonly size: number; readonly usage: number }): GpuBuffer;
  createShaderModule(options: { readonly code: string }): GpuHandle;
  createBindGroupLayout(options: object): GpuHandle;
  createPipelineLayout(options: object): GpuHandle;
  createComputePipeline(options: object): GpuPipeline;
  createBindGroup(options: object): GpuHandle;
  createCommandEncoder(): GpuEncoder;
  destroy(): void;
}
