import { InvalidValueError } from '../base/caller-errors.ts';
import { type BoardNotice, MOST_MESSAGE_CHARACTERS, type QueuedJob } from './transport.ts';

const NAME = /^[a-z0-9-]{1,100}$/;
const ID = /^[a-zA-Z0-9._-]{1,100}$/;

/** Of a queue, a mailbox or a board. */
export function checkName(name: string): void {
  if (!NAME.test(name))
    throw new InvalidValueError(`got the name ${JSON.stringify(name)}, expected 1 to 100 of a-z, 0-9, -`);
}

export function checkId(id: string): void {
  if (!ID.test(id)) {
    throw new InvalidValueError(`got the id ${JSON.stringify(id)}, expected 1 to 100 of a-z, A-Z, 0-9, -, _ and .`);
  }
}

function checkText(text: string): void {
  if (text.length <= MOST_MESSAGE_CHARACTERS) return;
  throw new InvalidValueError(`got ${text.length} characters, expected at most ${MOST_MESSAGE_CHARACTERS}`);
}

export function checkQueuedJobs(queue: string, jobs: readonly QueuedJob[]): void {
  checkName(queue);
  for (const { id, payload } of jobs) {
    checkId(id);
    checkText(payload);
  }
}

export function checkMessages(mailbox: string, messages: readonly string[]): void {
  checkName(mailbox);
  for (const message of messages) checkText(message);
}

export function checkNotice(board: string, { id, text }: BoardNotice): void {
  checkName(board);
  checkId(id);
  checkText(text);
}

export function checkAtOnce(atOnce: number): void {
  if (Number.isInteger(atOnce) && atOnce >= 1) return;
  throw new InvalidValueError(`got ${atOnce} jobs at once, expected a whole number of 1 or more`);
}
