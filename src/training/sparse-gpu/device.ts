import { messageOf } from '../../base/failure.ts';
import type { DeviceWatch } from '../webgpu/device-watch.ts';
import type { GpuBuffer, GpuComputePass, GpuDevice, GpuEncoder, GpuHandle, GpuPipeline } from '../webgpu/gpu-api.ts';
import { SLOT_BYTES, SLOTS } from './sizes.ts';
import type { WgslKernel } from './wgsl-kernel.ts';

/** Bits of WebGPU's GPUBufferUsage, GPUMapMode and GPUShaderStage. */
const usage = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const;
const READ = 1;
const COMPUTE = 4;

/** A kernel with its buffers. */
export interface BoundKernel {
  readonly pipeline: GpuPipeline;
  readonly bindGroup: GpuHandle;
  readonly buffers: readonly { readonly name: string; readonly written: boolean; readonly bytes: number }[];
}

/**
 * A device and what is recorded for it. Nothing that is asked of it is done at once: dispatches are recorded step by step and handed over
 * together, at the latest when something is read.
 */
export class EdgeDevice {
  readonly #device: GpuDevice;
  readonly #watch: DeviceWatch;
  readonly #mostGroups: number;
  readonly #pipelines = new Map<string, GpuPipeline>();
  readonly #slots: GpuBuffer;
  readonly #slotLayout: GpuHandle;
  readonly #slotGroup: GpuHandle;
  #encoder: GpuEncoder | null = null;
  #pass: GpuComputePass | null = null;
  #slot = -1;
  /** since the device was opened */
  dispatches = 0;

  constructor(device: GpuDevice, watch: DeviceWatch) {
    this.#device = device;
    this.#watch = watch;
    watch.listen(device);
    this.#mostGroups = device.limits.maxComputeWorkgroupsPerDimension;
    this.#slots = device.createBuffer({ size: SLOTS * SLOT_BYTES, usage: usage.uniform | usage.copyTarget });
    const buffer = { type: 'uniform', hasDynamicOffset: true, minBindingSize: 0 };
    this.#slotLayout = device.createBindGroupLayout({ entries: [{ binding: 0, visibility: COMPUTE, buffer }] });
    this.#slotGroup = device.createBindGroup({
      layout: this.#slotLayout,
      entries: [{ binding: 0, resource: { buffer: this.#slots, offset: 0, size: SLOT_BYTES } }],
    });
  }

  /** Filled with zeros. @param bytes a multiple of 4 */
  buffer(bytes: number): GpuBuffer {
    const all = usage.storage | usage.copySource | usage.copyTarget;
    return this.#device.createBuffer({ size: Math.max(16, bytes), usage: all });
  }

  /** Handed over after all that was recorded so far. */
  write(buffer: GpuBuffer, byte: number, data: ArrayBufferView): void {
    if (data.byteLength === 0) return;
    this.submit();
    this.#device.queue.writeBuffer(buffer, byte, data);
  }

  bind(kernel: WgslKernel, buffers: readonly GpuBuffer[]): BoundKernel {
    const { pipeline, layout } = this.#pipelineOf(kernel);
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    const bound = kernel.buffers.map((each, i) => ({ ...each, bytes: buffers[i].size }));
    return { pipeline, bindGroup: this.#device.createBindGroup({ layout, entries }), buffers: bound };
  }

  #pipelineOf({ code, buffers }: WgslKernel): { pipeline: GpuPipeline; layout: GpuHandle } {
    const known = this.#pipelines.get(code);
    if (known !== undefined) return { pipeline: known, layout: known.getBindGroupLayout(1) };
    const entries = buffers.map(({ written }, binding) => ({
      ...{ binding, visibility: COMPUTE },
      buffer: { type: written ? 'storage' : 'read-only-storage' },
    }));
    const layout = this.#device.createBindGroupLayout({ entries });
    const pipeline = this.#device.createComputePipeline({
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [this.#slotLayout, layout] }),
      compute: { module: this.#device.createShaderModule({ code }), entryPoint: 'main' },
    });
    this.#pipelines.set(code, pipeline);
    return { pipeline, layout };
  }

  /**
   * Begins a step. What is written for the step's slot before is not overwritten while it may still be read.
   * @returns the number of the slot, below `SLOTS`
   */
  nextSlot(): number {
    if (this.#slot === SLOTS - 1) this.submit();
    this.#slot = (this.#slot + 1) % SLOTS;
    return this.#slot;
  }

  /** What the step's kernels are told. The step before it need not have been handed over: slots lie apart. */
  writeSlot(bytes: Uint8Array): void {
    this.#device.queue.writeBuffer(this.#slots, this.#slot * SLOT_BYTES, bytes);
  }

  /** As `write`, of a place that nothing recorded so far reads or writes. */
  writeAhead(buffer: GpuBuffer, byte: number, data: ArrayBufferView): void {
    this.#device.queue.writeBuffer(buffer, byte, data);
  }

  /** @param groups of threads; more than one dimension holds are laid out in two */
  dispatch({ pipeline, bindGroup }: BoundKernel, groups: number): void {
    const y = Math.ceil(groups / this.#mostGroups);
    this.#encoder ??= this.#device.createCommandEncoder();
    this.#pass ??= this.#encoder.beginComputePass();
    this.#pass.setPipeline(pipeline);
    this.#pass.setBindGroup(0, this.#slotGroup, [this.#slot * SLOT_BYTES]);
    this.#pass.setBindGroup(1, bindGroup);
    this.#pass.dispatchWorkgroups(Math.ceil(groups / y), y);
    this.dispatches++;
  }

  #endPass(): GpuEncoder {
    this.#pass?.end();
    this.#pass = null;
    this.#encoder ??= this.#device.createCommandEncoder();
    return this.#encoder;
  }

  clear(buffer: GpuBuffer): void {
    this.#endPass().clearBuffer(buffer);
  }

  submit(): void {
    if (this.#encoder === null) return;
    const encoder = this.#endPass();
    this.#encoder = null;
    this.#device.queue.submit([encoder.finish()]);
  }

  /** A copy of a part of a buffer, after all that was recorded so far. @param clear whether the buffer is 0 afterwards */
  async read(buffer: GpuBuffer, byte: number, bytes: number, clear = false): Promise<ArrayBuffer> {
    const staging = this.#device.createBuffer({ size: bytes, usage: usage.mapRead | usage.copyTarget });
    try {
      this.#endPass().copyBufferToBuffer(buffer, byte, staging, 0, bytes);
      if (clear) this.clear(buffer);
      this.submit();
      await staging.mapAsync(READ);
      const copy = staging.getMappedRange().slice(0);
      staging.unmap();
      return copy;
    } catch (error) {
      // The device says itself what went wrong, in better words.
      this.check();
      throw new Error(`the device's memory could not be read: ${messageOf(error)}`);
    } finally {
      staging.destroy();
    }
  }

  /** @throws what the device has complained of since it was last asked; DeviceMemoryError if memory ran out */
  check(): void {
    this.#watch.check();
  }

  /** Drops what was recorded and not handed over. */
  abandon(): void {
    this.#pass?.end();
    this.#pass = null;
    this.#encoder = null;
  }
}
