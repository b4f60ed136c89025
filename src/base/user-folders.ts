import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/**
 * The folder for what is made once for a user and can be made again: `SCATTERSHOT_HOME/cache` where that is set, else `scattershot` in
 * the XDG cache folder (XDG Base Directory Specification: a relative path in `XDG_CACHE_HOME` is ignored).
 */
export function userCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { SCATTERSHOT_HOME: home, XDG_CACHE_HOME: cache } = environment;
  if (home) return join(resolve(home), 'cache');
  return join(cache && isAbsolute(cache) ? cache : join(homedir(), '.cache'), 'scattershot');
}

/** The folder for what a user chose, likewise: `SCATTERSHOT_HOME/config`, or `scattershot` in the XDG configuration folder. */
export function userConfigFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { SCATTERSHOT_HOME: home, XDG_CONFIG_HOME: config } = environment;
  if (home) return join(resolve(home), 'config');
  return join(config && isAbsolute(config) ? config : join(homedir(), '.config'), 'scattershot');
}
