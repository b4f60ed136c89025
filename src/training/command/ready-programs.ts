import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure, type Outcome, success } from '../../base/failure.ts';
import { writeWhole } from '../../base/file-access.ts';
import type { ReadyProgramName } from './ready-program-names.ts';

/** A trainer program that is ready to run, and to be changed. */
interface ReadyProgram {
  readonly file: string;
  /** starts it where it lies */
  readonly command: string;
  /** what it needs and can, a sentence each */
  readonly notes: readonly string[];
}

export interface WrittenProgram extends ReadyProgram {
  readonly program: ReadyProgramName;
  readonly path: string;
}

const readyPrograms: Readonly<Record<ReadyProgramName, ReadyProgram>> = {
  pytorch: {
    file: 'trainer.py',
    command: 'python3 trainer.py',
    notes: [
      'It needs PyTorch 1.13 or newer, and trains the paper’s networks on any device: candidates of equal layers together, as many as fit in memory.',
      'Options of its own are told by: python3 trainer.py --help',
    ],
  },
  node: {
    file: 'trainer.mjs',
    command: 'node trainer.mjs',
    notes: [
      'It needs no packages, and trains connected layers in plain JavaScript, one candidate on each core: short enough to be read and changed.',
    ],
  },
};

/** Programs are files beside this one, which the build copies. */
const textOf = ({ file }: ReadyProgram): Buffer => readFileSync(new URL(`./programs/${file}`, import.meta.url));

/**
 * Writes one of the ready trainer programs into a folder.
 * @param force whether a file that stands there is replaced
 * @returns Failure 'file-exists'; else what the system says of a file that cannot be written
 */
export async function writeReadyProgram(
  program: ReadyProgramName,
  folder: string,
  force: boolean,
): Promise<Outcome<WrittenProgram>> {
  const ready = readyPrograms[program];
  const path = join(folder, ready.file);
  if (!force && existsSync(path)) {
    return failure('file-exists', `${ready.file} exists already`, 'Move it away, or give --force to replace it.');
  }
  const written = await writeWhole(path, [textOf(ready)]);
  return written.ok ? success({ program, path, ...ready }) : written;
}
