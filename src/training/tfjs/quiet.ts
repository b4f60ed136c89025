import { isMainThread } from 'node:worker_threads';

/**
 * Imported before TF.js in a worker thread: what it and its backends say on the console (banners, advice) is not for the user, and
 * stdout belongs to data. What matters is checked and reported as a value.
 */
if (!isMainThread) {
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) console[method] = () => {};
}
