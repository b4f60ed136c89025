import type { DispatchEnd } from '../queue/assignment.ts';
import type { Pieces } from '../queue/pieces.ts';
import { type BlobReference, workerMailbox } from '../queue/wire.ts';
import type { OfferedTraining } from './offered-training.ts';
import { EPOCH_BYTES, unpackEpochs, unpackWeights, weightsBytes } from './packed-training.ts';
import type { ToldEnd } from './told-training.ts';
import {
  identityOf,
  type TrainingProgressBody,
  type TrainingResultBody,
  trainingFaultSchema,
  trainingProgressSchema,
  trainingResultSchema,
} from './training-wire.ts';

/** Null for what is no progress. */
export const readProgress = (body: unknown): TrainingProgressBody | null =>
  trainingProgressSchema.safeParse(body).data ?? null;

/** Why a result is of no use. `isLost`: what trained it was lost, which may not be the training's fault */
type TrainingAnswer = Extract<ToldEnd, { events: unknown }> | { readonly fault: string; readonly isLost: boolean };

const unsound = (fault: string): TrainingAnswer => ({ fault, isLost: false });

/** Whether a result is of what was asked for. */
function identityFault({ identity, score }: TrainingResultBody, { runsOn }: OfferedTraining): string | null {
  const own = identityOf(runsOn);
  const isSame =
    identity.engine === own.engine &&
    identity.backend === own.backend &&
    identity.revision === own.revision &&
    identity.trainerDigest === own.trainerDigest &&
    JSON.stringify(score) === JSON.stringify(runsOn.score ?? null);
  return isSame ? null : `it was trained with ${identity.engine} on ${identity.backend}, revision ${identity.revision}`;
}

function sizeFault({ epochs, weights }: TrainingResultBody, { job, settings }: OfferedTraining): string | null {
  const rows = epochs.sizeBytes / EPOCH_BYTES;
  if (!Number.isInteger(rows) || rows > settings.epochs) return `its epochs take ${epochs.sizeBytes} bytes`;
  if (weights === null) return null;
  const expected = weightsBytes(job.architecture);
  return weights.sizeBytes === expected ? null : `its weights take ${weights.sizeBytes} bytes, expected ${expected}`;
}

/** A job's end, checked, with its blobs. */
export async function readEnd(
  end: DispatchEnd,
  offered: OfferedTraining,
  pieces: Pick<Pieces, 'pull'>,
): Promise<TrainingAnswer> {
  if ('failure' in end) return { fault: end.failure.message, isLost: end.failure.reason === 'poisoned' };
  const refusal = trainingFaultSchema.safeParse(end.body);
  if (refusal.success) return unsound(refusal.data.fault);
  const read = trainingResultSchema.safeParse(end.body);
  const { by } = end;
  if (!read.success || by === null) return unsound('it cannot be read');
  const body = read.data;
  const fault = identityFault(body, offered) ?? sizeFault(body, offered);
  if (fault !== null) return unsound(fault);
  const pull = async (reference: BlobReference) => {
    const pulled = await pieces.pull(reference, workerMailbox(by.worker), offered.signal);
    return pulled.ok && pulled.value.length === reference.sizeBytes ? pulled.value : null;
  };
  const epochs = await pull(body.epochs);
  if (epochs === null) return unsound('its epochs did not come whole');
  const wanted = offered.job.wantWeights === true && body.weights !== null;
  const weights = wanted ? await pull(body.weights as BlobReference) : undefined;
  if (weights === null) return unsound('its weights did not come whole');
  const unpacked = weights === undefined ? undefined : unpackWeights(weights, offered.job.architecture);
  const told = offered.told.end(body, unpackEpochs(epochs), unpacked);
  return 'events' in told ? told : { fault: told.fault, isLost: body.workerLost };
}
