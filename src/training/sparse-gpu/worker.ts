import { type Outcome, success } from '../../base/failure.ts';
import { type StartedBackend, sendTo, type WorkerRequest } from '../pool/messages.ts';
import { trainPopulation } from '../pool/population-train.ts';
import { EdgeLearner } from './edge-learner.ts';
import { type StartedEdgeDevice, startEdgeDevice } from './start-device.ts';

let opened: Promise<Outcome<StartedEdgeDevice>> | null = null;

/** A worker thread has one device, opened on first use and anew where it was lost. */
function deviceOf({ softwareAllowed }: WorkerRequest): Promise<Outcome<StartedEdgeDevice>> {
  opened ??= startEdgeDevice(softwareAllowed).then((outcome) => {
    const forget = () => {
      opened = null;
    };
    if (outcome.ok) void outcome.value.lost.then(forget, forget);
    return outcome;
  });
  return opened;
}

/** A task of the training pool: a population, its jobs' events and results through its port. */
export default async function work(request: WorkerRequest): Promise<Outcome<StartedBackend>> {
  const found = await deviceOf(request);
  if (!found.ok) return found;
  const { device, started } = found.value;
  if (request.kind === 'train') {
    const send = sendTo(request.events);
    const runtime = {
      openLearner: (learner: ConstructorParameters<typeof EdgeLearner>[1]) => new EdgeLearner(device, learner),
      checkDevice: () => device.check(),
      freeMemory: () => {},
    };
    await trainPopulation(request.task, runtime, send, send);
  }
  return success(started);
}
