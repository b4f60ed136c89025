import { unwrap } from '../../../src/base/failure.ts';
import { sendTo, type WorkerRequest } from '../../../src/training/pool/messages.ts';
import { PopulationSession } from '../../../src/training/tfjs/population-session.ts';
import { trainPopulation } from '../../../src/training/tfjs/population-train.ts';
import { describeRuntime, startRuntime } from '../../../src/training/tfjs/runtime.ts';

/** A worker that trains populations on the cpu backend, so that what a GPU runs can be tested where there is none. */
export default async function work(request: WorkerRequest): Promise<unknown> {
  const runtime = unwrap(await startRuntime('cpu', false));
  if (request.kind === 'train') {
    const parts = {
      ...runtime,
      openPopulation: (members: ConstructorParameters<typeof PopulationSession>[0]) => new PopulationSession(members),
    };
    const send = sendTo(request.events);
    await trainPopulation(request.task, parts, send, send);
  }
  return { ok: true, value: describeRuntime(runtime) };
}
