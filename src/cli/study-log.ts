import { openSync, writeSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { messageOf, ScattershotError } from '../base/failure.ts';
import { fileFailure, makeFolders } from '../base/file-access.ts';
import type { StudyListener } from '../study/events.ts';
import { createPlainLog } from '../terminal/plain-log.ts';

/** Where a study's own log lies, for lines that no one would see otherwise: of a study in the background, or after a hang-up. */
export const ownLogPath = (cacheFolder: string, study: string): string => join(cacheFolder, 'logs', `${study}.log`);

/**
 * A log in a file: plain lines with the time of day, appended, so that studies and resumes may share one. A disk that is full costs lines
 * and one warning, never the study. It follows events before it has a file, so that its first line knows what went before.
 */
export class StudyLog {
  readonly listener: StudyListener;
  readonly #onFault: (message: string) => void;
  #path: string | null = null;
  #file: number | null = null;
  #isFaulty = false;

  constructor(onFault: (message: string) => void) {
    this.#onFault = onFault;
    this.listener = createPlainLog({ write: (text) => this.append(text), color: false, stamp: timeStamp });
  }

  /** Its file; null before it has one. */
  get path(): string | null {
    return this.#path;
  }

  /** From now on lines go to this file. @throws ScattershotError where it cannot be written */
  open(path: string): void {
    if (this.#file !== null) return;
    const file = resolve(path);
    try {
      makeFolders(dirname(file));
      this.#file = openSync(file, 'a');
    } catch (error) {
      const fault = fileFailure(error, path, 'write');
      throw fault === null ? error : new ScattershotError(fault);
    }
    this.#path = file;
  }

  /** A line beside the events'. */
  note(text: string): void {
    this.append(`${timeStamp()} ${text}\n`);
  }

  /** Text as it is, such as a result. */
  append(text: string | Uint8Array): void {
    if (this.#file === null) return;
    try {
      const bytes = typeof text === 'string' ? Buffer.from(text) : text;
      for (let written = 0; written < bytes.length; ) written += writeSync(this.#file, bytes, written);
      this.#isFaulty = false;
    } catch (error) {
      if (this.#isFaulty) return;
      this.#isFaulty = true;
      this.#onFault(`The log ${this.#path} cannot be written (${messageOf(error)}); the study goes on.`);
    }
  }
}

/** "2026-11-28T21:04:45.123Z", in UTC as times in the database are. */
const timeStamp = () => new Date().toISOString();
