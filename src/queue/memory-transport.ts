import { checkAtOnce, checkId, checkMessages, checkName, checkNotice, checkQueuedJobs } from './limits.ts';
import type { Taker, Taking } from './memory-line.ts';
import type { MemoryServer } from './memory-server.ts';
import type { BoardNotice, Consumer, QueuedJob, TakenJob, TakenOutcome, Transport } from './transport.ts';

/** How often a message is given to its reader whose handling of it fails. */
const MOST_TRIES = 3;

type Becomes = 'gone' | 'waits' | 'lost';

/**
 * One party's connection to a `MemoryServer`. It can be lost and stopped as a process can: what it holds then is another's after a
 * lease.
 */
export class MemoryTransport implements Transport {
  readonly #server: MemoryServer;
  readonly #takers = new Map<Taker, { readonly name: string; readonly consumer: Consumer }>();
  #lost = false;
  /** set while this party is stopped */
  #going: Promise<void> | null = null;
  #goOn = () => {};

  constructor(server: MemoryServer) {
    this.#server = server;
  }

  async offer(queue: string, jobs: readonly QueuedJob[]): Promise<void> {
    checkQueuedJobs(queue, jobs);
    this.#server.answer();
    const line = this.#server.line(queue);
    for (const { id, payload } of jobs) line.add({ id, text: payload, lost: 0 });
    this.#server.deal(queue);
  }

  async withdraw(queue: string, ids: readonly string[]): Promise<void> {
    checkName(queue);
    for (const id of ids) checkId(id);
    this.#server.answer();
    const line = this.#server.line(queue);
    for (const id of ids) line.withdraw(id);
    this.#server.deal(queue);
  }

  take(queue: string, atOnce: number, handle: (job: TakenJob) => Promise<TakenOutcome>): Consumer {
    checkName(queue);
    checkAtOnce(atOnce);
    return this.#consume(queue, atOnce, async ({ item }) => {
      const outcome = await handle({ id: item.id, payload: item.text, lostBefore: item.lost });
      return outcome === 'done' ? 'gone' : 'waits';
    });
  }

  async send(mailbox: string, messages: readonly string[]): Promise<void> {
    checkMessages(mailbox, messages);
    if (this.#lost) return;
    this.#server.answer();
    const line = this.#server.line(mailbox);
    for (const text of messages) line.add({ id: this.#server.nextMessage(), text, lost: 0 });
    this.#server.deal(mailbox);
  }

  receive(mailbox: string, handle: (message: string) => Promise<void>): Consumer {
    checkName(mailbox);
    return this.#consume(mailbox, Number.POSITIVE_INFINITY, async ({ item }) => {
      try {
        await handle(item.text);
        return 'gone';
      } catch {
        return item.lost + 1 < MOST_TRIES ? 'lost' : 'gone';
      }
    });
  }

  async announce(board: string, notice: BoardNotice): Promise<void> {
    checkNotice(board, notice);
    if (this.#lost) return;
    this.#server.answer();
    this.#server.board(board).set(notice.id, notice.text);
  }

  async retract(board: string, id: string): Promise<void> {
    checkName(board);
    checkId(id);
    this.#server.answer();
    this.#server.board(board).delete(id);
  }

  async notices(board: string): Promise<readonly BoardNotice[]> {
    checkName(board);
    this.#server.answer();
    return [...this.#server.board(board)].map(([id, text]) => ({ id, text }));
  }

  async remove(name: string): Promise<void> {
    checkName(name);
    this.#server.answer();
    this.#server.line(name).clear();
    this.#server.deal(name);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#takers.values()].map(({ consumer }) => consumer.close()));
  }

  /** As if its process were killed: takes nothing more, nothing that it says arrives, and what its handlers come to does not count. */
  lose(): void {
    this.#lost = true;
    this.#letGo();
  }

  /** As if its process were stopped, or its event loop blocked, until `goOn`. */
  halt(): void {
    this.#going ??= new Promise((resolve) => {
      this.#goOn = resolve;
    });
    this.#letGo();
  }

  goOn(): void {
    this.#going = null;
    this.#goOn();
    for (const { name } of this.#takers.values()) this.#server.deal(name);
  }

  /** Nobody renews what is held now: it is another's after a lease, unless this party goes on before. */
  #letGo(): void {
    const going = this.#going;
    for (const [taker, { name }] of this.#takers) {
      const held = [...taker.held];
      void this.#server.clock.sleep(this.#server.leaseMs).then(() => {
        if (!this.#lost && this.#going !== going) return;
        for (const taking of held) this.#server.line(name).settle(taking, 'lost');
        this.#server.deal(name);
      });
    }
  }

  #consume(name: string, atOnce: number, handle: (taking: Taking) => Promise<Becomes>): Consumer {
    let closed: Promise<void> | null = null;
    let settled = () => {};
    const taker: Taker = {
      atOnce,
      held: new Set(),
      idle: () => closed !== null || this.#lost || this.#going !== null,
      begin: (taking) => void this.#run(name, taking, handle).then(() => settled()),
    };
    const close = async () => {
      while (taker.held.size > 0 && !this.#lost) {
        await new Promise<void>((resolve) => {
          settled = resolve;
        });
      }
      this.#takers.delete(taker);
      this.#server.line(name).leave(taker);
      this.#server.deal(name);
    };
    const consumer: Consumer = {
      close: () => {
        // Set before anything is waited for: it takes no more at once.
        closed ??= Promise.resolve().then(close);
        return closed;
      },
    };
    this.#takers.set(taker, { name, consumer });
    this.#server.line(name).join(taker);
    this.#server.deal(name);
    return consumer;
  }

  async #run(name: string, taking: Taking, handle: (taking: Taking) => Promise<Becomes>): Promise<void> {
    // Never within the call that gave it out.
    await Promise.resolve();
    const becomes = await handle(taking).catch((): Becomes => 'lost');
    await this.#server.running();
    while (this.#going !== null) await this.#going;
    taking.taker.held.delete(taking);
    if (!this.#lost) this.#server.line(name).settle(taking, becomes);
    this.#server.deal(name);
  }
}
