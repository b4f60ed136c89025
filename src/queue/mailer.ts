import { MOST_MESSAGE_CHARACTERS, type Transport } from './transport.ts';

interface Outgoing {
  texts: string[];
  /** of the request that takes these texts */
  sent: Promise<void>;
}

/**
 * Sends one party's messages. What is sent to a mailbox while a request for it is under way goes with the next, all in one: many small
 * messages cost little more than one.
 */
export class Mailer {
  readonly #transport: Transport;
  /** by mailbox: what waits for the request under way, and that */
  readonly #next = new Map<string, Outgoing>();
  readonly #busy = new Map<string, Promise<void>>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Resolves when the server has it. @throws as `Transport.send` does, for all that were in the same request */
  send(mailbox: string, message: object | string): Promise<void> {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    // Refused, and not to take others with it.
    if (text.length > MOST_MESSAGE_CHARACTERS) return this.#transport.send(mailbox, [text]);
    const waiting = this.#next.get(mailbox);
    if (waiting !== undefined) {
      waiting.texts.push(text);
      return waiting.sent;
    }
    const busy = this.#busy.get(mailbox);
    if (busy === undefined) return this.#request(mailbox, [text]);
    const line: Outgoing = { texts: [text], sent: Promise.resolve() };
    line.sent = busy
      .catch(() => {})
      .then(() => {
        this.#next.delete(mailbox);
        return this.#request(mailbox, line.texts);
      });
    this.#next.set(mailbox, line);
    return line.sent;
  }

  #request(mailbox: string, texts: readonly string[]): Promise<void> {
    const request = this.#transport.send(mailbox, texts).finally(() => {
      if (this.#busy.get(mailbox) === request) this.#busy.delete(mailbox);
    });
    this.#busy.set(mailbox, request);
    return request;
  }
}
