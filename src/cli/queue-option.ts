import { type Command, Option } from 'commander';
import { readQueueUrl } from '../queue/queue-url.ts';
import { UsageError } from './errors.ts';

export const queueOption = (help: string): Option =>
  new Option(
    '--queue [url]',
    `${help}: redis://HOST, rediss:// (TLS) or postgres://; without a URL that of SCATTERSHOT_QUEUE`,
  );

const FORMS = 'Write redis://HOST:6379, rediss://HOST:6380 (TLS) or postgres://USER@HOST:5432/DATABASE';

/** A URL in its parts: "redis://", "user", "host:6379/0". Of a password that is there nothing is kept. */
const PARTS = /^([a-z]+:\/\/)(?:([^/@:?#]*)(?::[^@]*)?@)?(.*)$/s;

/** The URL with a password from elsewhere, where it has none. */
function withPassword(url: string, password: string | undefined): string {
  if (password === undefined || readQueueUrl(url, {}).password !== undefined) return url;
  return url.replace(PARTS, (_, scheme, user = '', rest) => `${scheme}${user}:${encodeURIComponent(password)}@${rest}`);
}

/**
 * The URL that `--queue` means, with the password of the environment where it has none of its own. What was typed is never quoted: it
 * may hold one.
 * @throws UsageError, RangeError for what is no queue's URL
 */
export function queueUrlOf(typed: string | true, environment = process.env): string {
  const { SCATTERSHOT_QUEUE, SCATTERSHOT_QUEUE_PASSWORD } = environment;
  const url = typed === true ? SCATTERSHOT_QUEUE : typed;
  if (url === undefined || url === '') {
    throw new UsageError('no queue is named, and SCATTERSHOT_QUEUE is not set', `${FORMS}, after --queue or there.`);
  }
  if (!/^[a-z]+:\/\//.test(url)) {
    const what = typed === true ? 'what SCATTERSHOT_QUEUE holds' : 'what follows --queue';
    throw new UsageError(`${what} is no URL`, `${FORMS}; to have that of SCATTERSHOT_QUEUE put --queue last.`);
  }
  readQueueUrl(url, environment);
  return withPassword(url, SCATTERSHOT_QUEUE_PASSWORD);
}

/** Finds the URL that is meant before anything else happens. */
export function settleQueue(command: Command): void {
  const { queue } = command.opts<{ queue?: string | true }>();
  if (queue !== undefined) command.setOptionValue('queue', queueUrlOf(queue));
}

/** What this process starts (a trainer, a strategy's thread, the command of --on-end) gets no queue and no password of one. */
export function forgetQueue(environment: NodeJS.ProcessEnv): void {
  delete environment.SCATTERSHOT_QUEUE_PASSWORD;
  delete environment.SCATTERSHOT_QUEUE;
}

/** Forgets it at once where the command works with none. */
export function forgetUnaskedQueue(command: Command, environment = process.env): void {
  const asks = command.name() === 'worker' || command.name() === 'workers';
  if (!asks && command.opts<{ queue?: string }>().queue === undefined) forgetQueue(environment);
}
