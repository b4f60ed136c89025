/** The device could not make a tensor: fewer candidates at once may fit. */
export class DeviceMemoryError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DeviceMemoryError';
  }
}

/** libtensorflow throws "OOM when allocating tensor …" (RESOURCE_EXHAUSTED); typed arrays "Array buffer allocation failed"; WebGPU "Buffer size (…) exceeds the max buffer size limit". */
const memoryWords =
  /out of memory|\boom\b|out_of_device_memory|resource.?exhausted|allocation failed|exceeds the max buffer size/i;

/** Whether an error says that memory ran out. */
export const isMemoryFault = (error: unknown): boolean =>
  error instanceof DeviceMemoryError || (error instanceof Error && memoryWords.test(error.message));

/** The parts of a WebGPU device that are listened to. */
interface WatchedDevice {
  readonly lost?: Promise<{ readonly message: string }>;
  addEventListener?(type: 'uncapturederror', listener: (event: UncapturedError) => void): void;
}

interface UncapturedError {
  readonly error?: { readonly message: string };
  preventDefault?(): void;
}

const firstLine = (text: string) => text.split('\n', 1)[0];

/**
 * Hears what a WebGPU device complains of. It throws nothing: a buffer that could not be made stays a buffer, and whatever is
 * computed from it is garbage, so this must be asked after every read.
 */
export class DeviceWatch {
  #fault: string | null = null;

  listen(device: WatchedDevice): void {
    device.addEventListener?.('uncapturederror', (event) => {
      event.preventDefault?.();
      this.#fault ??= firstLine(event.error?.message ?? 'an error without a message');
    });
    device.lost?.then(({ message }) => {
      this.#fault ??= `the device was lost (${firstLine(message)})`;
    });
  }

  /** @throws DeviceMemoryError or Error if the device complained since it was last asked */
  check(): void {
    const fault = this.#fault;
    this.#fault = null;
    if (fault === null) return;
    throw memoryWords.test(fault) ? new DeviceMemoryError(fault) : new Error(fault);
  }
}
