import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface WebServer {
  readonly address: string;
  /** the range asked for by each request so far; null for none */
  readonly ranges: (string | null)[];
  /** breaks off the answer that is being sent */
  breakOff(): void;
}

export type Answerer = (request: IncomingMessage, response: ServerResponse, number: number) => void;

/** A server on this machine until the test ends. */
export async function startServer(answer: Answerer): Promise<WebServer> {
  const ranges: (string | null)[] = [];
  let last: ServerResponse | undefined;
  const server = createServer((request, response) => {
    last = response;
    ranges.push(request.headers.range ?? null);
    answer(request, response, ranges.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { address, ranges, breakOff: () => last?.destroy() };
}

/** Sends `content`, or the range of it that is asked for; of that only `most` bytes, and then nothing more. */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  content: Uint8Array,
  most = Number.POSITIVE_INFINITY,
): void {
  const [, start] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  const from = Number(start ?? 0);
  if (start !== undefined && from >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const body = content.subarray(from);
  const range = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` };
  response.writeHead(start === undefined ? 200 : 206, { 'content-length': body.length, ...(start && range) });
  if (most >= body.length) response.end(body);
  else response.write(body.subarray(0, most));
}
