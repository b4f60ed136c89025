import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { openStore, type Store } from '../../src/store/index.ts';
import type { StudyRecord } from '../../src/store/records.ts';
import { madeBy, newStudy } from './sample-rows.ts';

/** A folder that goes away with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scattershot-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Closed with the test, before its folder goes. */
export function openedStore(path: string, mode: 'write' | 'read' = 'write'): Store {
  const store = unwrap(openStore(path, mode === 'write' ? { mode, madeBy } : { mode }));
  onTestFinished(() => store.close());
  return store;
}

export function storeWithStudy(name: string | null = null): { path: string; store: Store; study: StudyRecord } {
  const path = join(temporaryFolder(), 'a.db');
  const store = openedStore(path);
  return { path, store, study: unwrap(store.createStudy({ ...newStudy, name })) };
}
