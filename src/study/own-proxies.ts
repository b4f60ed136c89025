import { resolve } from 'node:path';
import { InvalidValueError } from '../base/caller-errors.ts';
import { type Outcome, success } from '../base/failure.ts';
import { isModulePath } from '../base/user-module.ts';
import { proxies } from '../proxies/index.ts';
import type { OwnProxySpec } from '../proxies/own/own-proxy.ts';
import { inspectProxyFile } from '../proxies/own/proxy-thread.ts';
import { SCATTER } from '../proxies/ranking.ts';
import { untrainedScores } from '../training/untrained/index.ts';

/**
 * The proxies that users' files hold, as a validation stores them.
 * @param paths relative ones are from the working directory
 * @returns as `inspectProxyFile` for a file that holds no proxy, or one whose name is ours or another one's
 * @throws RangeError for what is no path of a module
 */
export async function ownProxies(paths: readonly string[]): Promise<Outcome<OwnProxySpec[]>> {
  const known = [...proxies.keys(), ...untrainedScores.keys()];
  const name = paths.find((path) => !isModulePath(path));
  if (name !== undefined) {
    throw new InvalidValueError(
      `a proxy of your own is given by its file, such as ./mine.mjs; got "${name}"`,
      known.includes(name)
        ? 'Leave it out: this one is always among the rivals.'
        : 'Give the path of a module; or, to judge a column of a table, --table FILE.csv with it.',
    );
  }
  const specs: OwnProxySpec[] = [];
  for (const path of new Set(paths.map((given) => resolve(given)))) {
    const proxy = await inspectProxyFile(path, [SCATTER, ...known, ...specs.map((spec) => spec.name)]);
    if (!proxy.ok) return proxy;
    specs.push(proxy.value);
  }
  return success(specs);
}
