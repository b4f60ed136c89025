import { Redis } from 'ioredis';

/** What a Redis server holds. */
export interface Held {
  readonly usedBytes: number;
  readonly keys: number;
}

export async function held(url: string): Promise<Held> {
  const client = new Redis(url);
  const keys = await client.dbsize();
  const usedBytes = Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
  client.disconnect();
  return { usedBytes, keys };
}
