import { readQueueUrl } from '../queue/queue-url.ts';
import type { Transport } from '../queue/transport.ts';
import type { Context } from './context.ts';
import { forgetQueue } from './queue-option.ts';
import { passwordWasTyped } from './typed-password.ts';

export interface OpenedQueue {
  readonly transport: Transport;
  /** the server, without its password */
  readonly shown: string;
  /** within two seconds, whether the server answers or not */
  close(): Promise<void>;
}

const CLOSE_MS = 2000;

const TYPED =
  'The queue’s password stands in the command that was typed, and in the shell’s history. Keep it in SCATTERSHOT_QUEUE_PASSWORD.';

/**
 * Connects to a queue. All that this needs is loaded here.
 * @param url of `queueUrlOf`
 * @throws ScattershotError 'queue-unreachable', 'queue-refused'
 */
export async function openQueue(
  url: string,
  context: Context,
  onTrouble: (sentence: string) => void = () => {},
): Promise<OpenedQueue> {
  if (passwordWasTyped) context.warn(TYPED);
  const { connectQueue } = await import('../queue/bullmq-transport.ts');
  const transport = await connectQueue(url, { onTrouble });
  forgetQueue(process.env);
  let timer: NodeJS.Timeout | undefined;
  const late = () =>
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_MS);
    });
  return {
    transport,
    shown: readQueueUrl(url).shown,
    close: async () => {
      await Promise.race([transport.close().catch(() => {}), late()]);
      clearTimeout(timer);
    },
  };
}
