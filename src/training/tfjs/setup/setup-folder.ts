import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { userCacheFolder } from '../../../base/user-folders.ts';
import { ownPackages } from '../optional-package.ts';

/**
 * What `setup tensorflow` makes: one folder a user, outside of any project, so that a reinstallation of packages leaves it alone.
 * Without `setup.json`, which is written last, it is unfinished and counts for nothing.
 */
const setupSchema = z.object({
  /** version of `@tensorflow/tfjs-node-gpu` */
  package: z.string(),
  /** version of the Python wheel whose library it runs on */
  tensorflow: z.string(),
  /** "tensorflow-cpu", "tensorflow[and-cuda]", or "installed" for one that was found */
  wheel: z.string(),
  /** the folder of the wheel, whose library and headers are linked */
  wheelFolder: z.string(),
  python: z.string(),
  madeWithNode: z.string(),
  madeAt: z.string(),
});

export type TensorFlowSetup = z.infer<typeof setupSchema>;

export const tensorFlowFolder = (environment: NodeJS.ProcessEnv = process.env): string =>
  join(userCacheFolder(environment), 'tensorflow');

export const setupFile = (folder: string): string => join(folder, 'setup.json');

/** What was set up in a folder; null where nothing was, or not to the end. */
function readSetup(folder: string = tensorFlowFolder()): TensorFlowSetup | null {
  try {
    const parsed = setupSchema.safeParse(JSON.parse(readFileSync(setupFile(folder), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/**
 * A file beside whose packages TensorFlow's is found: that of a finished setup goes before one that is installed beside ours.
 * @param from a file beside whose packages optional ones are looked for; only ours are passed over
 */
export function tensorFlowPackages(from: string): string {
  const path = join(tensorFlowFolder(), 'package.json');
  return from === ownPackages && existsSync(path) && readSetup() !== null ? path : from;
}
