import type { Context } from './context.ts';
import { forgetQueue } from './queue-option.ts';
import { passwordWasTyped } from './typed-password.ts';

const TYPED =
  'The queue’s password stands in the command that was typed, and in the shell’s history. Keep it in SCATTERSHOT_QUEUE_PASSWORD.';

/**
 * Connects to the queue of a command, by which a password that was typed is warned of, and forgets it.
 * @param url of `queueUrlOf`
 * @param open what connects
 * @throws ScattershotError 'queue-unreachable', 'queue-refused'
 */
export async function openTypedQueue<Opened>(
  url: string,
  context: Context,
  open: (url: string) => Promise<Opened>,
): Promise<Opened> {
  if (passwordWasTyped) context.warn(TYPED);
  const opened = await open(url);
  forgetQueue(process.env);
  return opened;
}
