import { readQueueUrl } from './queue-url.ts';
import type { Transport } from './transport.ts';

export interface OpenedQueue {
  readonly transport: Transport;
  /** the server, without its password */
  readonly shown: string;
  /** within two seconds, whether the server answers or not */
  close(): Promise<void>;
}

const CLOSE_MS = 2000;

/**
 * Connects to a queue. All that this needs is loaded here.
 * @param url without a password that of SCATTERSHOT_QUEUE_PASSWORD is taken
 * @throws RangeError for what is no queue's URL; ScattershotError 'queue-unreachable', 'queue-refused'
 */
export async function openQueue(url: string): Promise<OpenedQueue> {
  const { shown } = readQueueUrl(url);
  const { connectQueue } = await import('./bullmq-transport.ts');
  const transport = await connectQueue(url);
  let timer: NodeJS.Timeout | undefined;
  const late = () =>
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS);
    });
  return {
    transport,
    shown,
    close: async () => {
      await Promise.race([transport.close().catch(() => {}), late()]);
      clearTimeout(timer);
    },
  };
}
