import { unwrap } from '../base/failure.ts';
import { provenance } from '../base/version.ts';
import { openStore, type Store } from '../store/index.ts';
import type { Context } from './context.ts';

/** Opens the database, hands it to `work` and closes it, after an error too. */
export async function withStore<T>(
  context: Context,
  mode: 'read' | 'write',
  work: (store: Store) => T | Promise<T>,
): Promise<T> {
  const store = unwrap(openStore(context.database, mode === 'read' ? { mode } : { mode, madeBy: provenance }));
  try {
    return await work(store);
  } finally {
    store.close();
  }
}
