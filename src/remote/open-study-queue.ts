import { openQueue } from '../queue/open-queue.ts';
import type { HostListener } from './host-events.ts';
import { StudyQueue } from './study-queue.ts';

/**
 * Connects a study to its queue; `close` ends what the study kept there, then the connection.
 * @param study its name, as workers show it, once there is one
 * @throws RangeError for what is no queue's URL; ScattershotError 'queue-unreachable', 'queue-refused'
 */
export async function openStudyQueue(
  url: string,
  study: () => string,
  onHost: HostListener,
): Promise<{ readonly queue: StudyQueue; close(): Promise<void> }> {
  const { transport, shown, close } = await openQueue(url);
  const queue = new StudyQueue(transport, shown, study, onHost);
  return {
    queue,
    close: async () => {
      try {
        await queue.close();
      } finally {
        await close();
      }
    },
  };
}
