import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { failure, ScattershotError, unwrap } from '../../base/failure.ts';

import type { StudyListener } from '../../study/events.ts';
import { type FollowedState, StudyFollower } from '../../study/follow-study.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';
import { EXIT } from '../errors.ts';
import { goOnCommand } from '../go-on-command.ts';
import { createJsonLines } from '../json-lines.ts';
import { withStore } from '../stores.ts';
import { openView } from '../watch.ts';

/** How often the database is asked for news. */
const EVERY_MS = 500;

const exitCodes = {
  finished: EXIT.ok,
  interrupted: EXIT.interrupted,
  failed: EXIT.failed,
  running: EXIT.ok,
} as const;

export async function watchAction(name: string | undefined, options: GlobalOptions): Promise<void> {
  const context = makeContext(options);
  await withStore(context, 'read', async (store) => {
    const follower = new StudyFollower(store, unwrap(store.getStudy(name ?? null)));
    const left = new Leaving();
    const shown = await openListener(context, left);
    let state: FollowedState;
    try {
      state = await follow(follower, shown.listener, left.signal);
    } finally {
      await shown.done();
      left.release();
    }
    tell(state, context);
  });
}

/** What ends the watching, and not the study. */
class Leaving {
  readonly #controller = new AbortController();

  constructor() {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, this.leave);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  readonly leave = (): void => this.#controller.abort();

  release(): void {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(name, this.leave);
  }
}

async function openListener(
  context: Context,
  left: Leaving,
): Promise<{ readonly listener: StudyListener; done(): Promise<void> }> {
  if (context.run.jsonLines === true) return { listener: createJsonLines(), done: async () => undefined };
  return openView(context, { onInterrupt: left.leave, onLeave: left.leave, onGone: left.leave });
}

/** Until nobody works on the study any more, or the user leaves. */
async function follow(follower: StudyFollower, listener: StudyListener, left: AbortSignal): Promise<FollowedState> {
  for (;;) {
    const state = follower.state();
    for (const event of follower.news(state)) listener(event);
    if (!state.isLive || left.aborted) return state;
    await delay(EVERY_MS, undefined, { signal: left }).catch(() => undefined);
    if (left.aborted) return state;
  }
}

/** What was read of a file that was deleted or moved is no longer what a resume would find. */
const vanished = (database: string, study: string) =>
  failure(
    'database-vanished',
    `${database} was deleted or moved while ${study} was watched`,
    'Look for a rescued file beside it (its name ends in -rescued.db); the log of the study tells where it is.',
  );

function tell({ study, isLive, lostOwner }: FollowedState, context: Context): void {
  const { name, id, status } = study;
  if (!isLive && !existsSync(context.database)) throw new ScattershotError(vanished(context.database, name));
  const state = isLive ? 'running' : status;
  process.exitCode = exitCodes[state];
  if (context.json) {
    printJson(context, { study: name, id, state });
    return;
  }
  if (isLive) {
    context.say(`${name} goes on. Look again with: scattershot watch ${name}; end it with: scattershot stop ${name}`);
    return;
  }
  if (lostOwner !== null) {
    context.warn(`Process ${lostOwner.pid} on ${lostOwner.host}, which ran ${name}, is gone; what it stored is safe.`);
  }
  if (status === 'finished') context.say(`${name} is finished. Look at it with: scattershot leaderboard ${name}`);
  else context.say(`${name} is ${status}. Go on with: ${goOnCommand(study)}`);
}
