import { join, resolve } from 'node:path';

/** Where databases and datasets lie: `cache` in the folder that SCATTERSHOT_HOME names, else in the working directory. */
export const defaultCacheFolder = (): string => join(resolve(process.env.SCATTERSHOT_HOME || '.'), 'cache');
