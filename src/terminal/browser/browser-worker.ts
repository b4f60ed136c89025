import { parentPort, workerData } from 'node:worker_threads';
import { unwrap } from '../../base/failure.ts';
import { openStore } from '../../store/index.ts';
import type { DataRequest } from './data-requests.ts';
import { StoreSource } from './store-source.ts';

// Answers the browser's requests beside it, so that a key is shown at once however long a query takes.

const { database } = workerData as { readonly database: string };
const source = new StoreSource(unwrap(openStore(database, { mode: 'read' })));

parentPort?.on('message', async ({ id, request }: { readonly id: number; readonly request: DataRequest }) => {
  parentPort?.postMessage({ id, answer: await source.answer(request) });
});
parentPort?.postMessage({ id: 0 });
