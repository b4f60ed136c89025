import { createRequire } from 'node:module';
import type Database from 'better-sqlite3';

/**
 * better-sqlite3, in the version that suits the running Node: 13 needs Node 22 and crashes Node 20; on Node 24 a statement of 12
 * that is garbage-collected outside JavaScript aborts the process (`RemoveEnvironmentCleanupHook: Assertion failed: (env) != nullptr`).
 */
const suited = Number(process.versions.node.split('.', 1)[0]) >= 22 ? 'better-sqlite3-13' : 'better-sqlite3';

export const Sqlite = createRequire(import.meta.url)(suited) as typeof Database;
