import { failure, messageOf, type Outcome, success } from '../../base/failure.ts';
import type { StartedBackend } from '../pool/messages.ts';
import { ANOTHER_BACKEND, ownPackages } from '../tfjs/optional-package.ts';
import { requestAdapter } from '../webgpu/adapter.ts';
import { DeviceWatch } from '../webgpu/device-watch.ts';
import { EdgeDevice } from './device.ts';
import { forwardKernel } from './kernels.ts';
import { edgeSizes } from './sizes.ts';
import { slotBytes } from './wgsl-kernel.ts';

/** A device that computes as it should. */
export interface StartedEdgeDevice {
  readonly device: EdgeDevice;
  /** resolves when it is gone */
  readonly lost: Promise<unknown>;
  readonly started: StartedBackend;
  /** to be held as long as the device is used */
  readonly gpu: object;
}

/** One neuron with two edges, small enough to check by hand: 1 + 2·1 + 3·10 = 33. */
async function computes(device: EdgeDevice): Promise<boolean> {
  const architecture = { layers: [2, 1], fanOuts: [1], shapes: [], usedInputs: 2, usedOutputs: 1 };
  const sizes = edgeSizes(architecture, 2, 4, 'sgd');
  const [values, sources, weights, outputs, orders] = [32, 8, 12, 16, 4].map((bytes) => device.buffer(bytes));
  device.write(values, 0, Float32Array.of(1, 1, 1, 1, 10, 10, 10, 10));
  device.write(sources, 0, Uint32Array.of(0, 1));
  device.write(weights, 0, Float32Array.of(2, 3, 1));
  device.nextSlot();
  device.writeSlot(slotBytes({ candidates: 1, rows: 4, orders: 1, firstIndex: 0, rate: 0, penalty: 0, momentum: 0 }));
  const kernel = forwardKernel(sizes, sizes.junctions[0], true, true);
  device.dispatch(device.bind(kernel, [values, sources, weights, outputs, orders]), 1);
  const read = new Float32Array(await device.read(outputs, 0, 16));
  device.check();
  for (const buffer of [values, sources, weights, outputs, orders]) buffer.destroy();
  return read.every((value) => value === 33);
}

/**
 * Opens the graphics device of this machine in this thread and makes sure that it computes.
 * @param softwareAllowed whether a software device will do
 * @param from a file beside whose packages `webgpu` is looked for
 */
export async function startEdgeDevice(
  softwareAllowed: boolean,
  from: string = ownPackages,
): Promise<Outcome<StartedEdgeDevice>> {
  try {
    const found = await requestAdapter(softwareAllowed, from);
    if (!found.ok) return found;
    const { gpu, adapter, device: name, detail, software } = found.value;
    const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
    const requiredLimits = { maxBufferSize, maxStorageBufferBindingSize };
    const opened = await adapter.requestDevice({ requiredLimits });
    const device = new EdgeDevice(opened, new DeviceWatch());
    if (!(await computes(device))) {
      return failure('wrong-results', `${name} computes a sum of two products wrongly`, ANOTHER_BACKEND);
    }
    const maxTensorBytes = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    const started: StartedBackend = { device: name, detail, gpu: !software, maxTensorBytes };
    return success({ device, lost: opened.lost, started, gpu });
  } catch (error) {
    return failure('backend-not-started', `WebGPU did not start (${messageOf(error)})`, ANOTHER_BACKEND);
  }
}
