import type { TrainingEvent } from '../training/trainer.ts';
import type { StudyControl } from './study-control.ts';

/** Events of all jobs. A pause stops what runs, its state stored; what was stopped goes on after it. */
export async function* pausable<Job extends { readonly id: string }>(
  jobs: readonly Job[],
  train: (jobs: readonly Job[], stop: AbortSignal) => AsyncIterable<TrainingEvent>,
  signal: AbortSignal,
  control: StudyControl | undefined,
): AsyncGenerator<TrainingEvent> {
  for (let open = jobs; open.length > 0; ) {
    await control?.going(signal);
    const pause = new AbortController();
    const forget = control?.onChange(() => {
      if (control.isPaused) pause.abort();
    });
    const stopped = new Set<string>();
    try {
      for await (const event of train(open, AbortSignal.any([signal, pause.signal]))) {
        if (event.kind === 'result' && event.status === 'stopped') stopped.add(event.job);
        yield event;
      }
    } finally {
      forget?.();
    }
    if (signal.aborted || !pause.signal.aborted) return;
    open = open.filter(({ id }) => stopped.has(id));
  }
}
