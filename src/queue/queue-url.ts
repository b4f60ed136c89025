import { InvalidValueError } from '../base/caller-errors.ts';

/** Where a queue server is, read from what a user typed. */
export interface QueueUrl {
  readonly kind: 'redis' | 'postgres';
  /** a name, an address, or the folder of PostgreSQL's socket */
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  /** of the URL, else of SCATTERSHOT_QUEUE_PASSWORD; never to be printed, stored or passed on */
  readonly password: string | undefined;
  /** number (Redis) or name (PostgreSQL); empty for the server's own choice */
  readonly database: string;
  readonly tls: boolean;
  /** the URL without password and options: to print, store and pass on */
  readonly shown: string;
}

const kinds: Readonly<Record<string, QueueUrl['kind']>> = {
  'redis:': 'redis',
  'rediss:': 'redis',
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
};
const FORMS = 'Write redis://HOST:6379, rediss://HOST:6380 (TLS) or postgres://USER@HOST:5432/DATABASE.';

// What was typed may hold a password: it is never quoted.
const refuse = (why: string) => new InvalidValueError(`the queue's URL ${why}`, FORMS);

function parsed(text: string): URL {
  try {
    // A PostgreSQL URL whose socket is in an option has no host, which URL would not take with a user.
    return new URL(text.replace(/^(postgres(?:ql)?:\/\/[^/?#]*@)(?=[/?#]|$)/, '$1socket'));
  } catch {
    throw refuse('cannot be read');
  }
}

function unescaped(part: string): string | undefined {
  try {
    return part === '' ? undefined : decodeURIComponent(part);
  } catch {
    throw refuse('has a % that begins no escaped character');
  }
}

function wantsTls(url: URL): boolean {
  if (url.protocol === 'rediss:') return true;
  const mode = url.searchParams.get('sslmode');
  return mode !== null && mode !== 'disable';
}

/** @throws RangeError for what is no queue's URL, without a word of it: it may hold a password */
export function readQueueUrl(text: string, environment: NodeJS.ProcessEnv = process.env): QueueUrl {
  const url = parsed(text);
  const kind = Object.hasOwn(kinds, url.protocol) ? kinds[url.protocol] : undefined;
  if (kind === undefined) throw refuse('is of a kind that carries no queue');
  const host = url.searchParams.get('host') ?? url.hostname.replace(/^\[|\]$/g, '');
  if (host === '') throw refuse('names no host');
  const database = unescaped(url.pathname.slice(1)) ?? '';
  if (kind === 'redis' && !/^\d{0,5}$/.test(database)) throw refuse('names a database that is no number');
  const user = url.username === '' ? '' : `${url.username}@`;
  return {
    kind,
    host,
    port: Number(url.port) || (kind === 'redis' ? 6379 : 5432),
    user: unescaped(url.username),
    password: unescaped(url.password) ?? environment.SCATTERSHOT_QUEUE_PASSWORD,
    database,
    tls: wantsTls(url),
    shown: `${url.protocol}//${user}${host.startsWith('/') ? 'socket' : url.host}${url.pathname}`,
  };
}
