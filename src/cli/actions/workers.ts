import { openQueue } from '../../queue/open-queue.ts';
import { currentStudies, currentWorkers, STUDIES, WORKERS } from '../../queue/wire.ts';
import { readOffers } from '../../remote/offers.ts';
import { boardText, type QueueBoard } from '../../report/workers.ts';
import { type GlobalOptions, makeContext, printJson } from '../context.ts';
import { openTypedQueue } from '../open-typed-queue.ts';
import { queueUrlOf } from '../queue-option.ts';

interface WorkersCommandOptions extends GlobalOptions {
  readonly queue?: string;
}

export async function workersAction(options: WorkersCommandOptions): Promise<void> {
  const context = makeContext(options);
  const { transport, shown, close } = await openTypedQueue(queueUrlOf(options.queue ?? true), context, openQueue);
  let board: QueueBoard;
  try {
    const nowMs = Date.now();
    const workers = currentWorkers(await transport.notices(WORKERS), nowMs);
    const studies = currentStudies(await transport.notices(STUDIES), nowMs);
    board = {
      queue: shown,
      workers: workers.map(({ id, offers, atMs, ...worker }) => ({
        ...{ worker: id, ...worker, ...readOffers(offers) },
        seenSecondsAgo: Math.max(0, Math.round((nowMs - atMs) / 1000)),
      })),
      studies: studies.map(({ name, host, kind, version }) => ({ study: name, host, work: kind, version })),
    };
  } finally {
    await close();
  }
  if (options.json) return printJson(context, board);
  context.print(boardText(board, context.text).trimEnd());
}
