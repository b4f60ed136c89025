import * as tf from '@tensorflow/tfjs-core';
import { failure, type Outcome, success } from '../../../base/failure.ts';
import type { StartedBackend } from '../../pool/messages.ts';
import { describeRuntime, startRuntime } from '../runtime.ts';

// A child of `probeBackend`: `startRuntime` computes a product; then one convolution is trained, forward and backward.

const STEPS = 20;

/** A filter that has to become another: its loss must fall, which it does only if gradients and updates are right. */
async function trains(): Promise<{ first: number; last: number }> {
  const images = tf.randomNormal<tf.Rank.R4>([8, 6, 6, 1], 0, 1, 'float32', 1);
  const goal = tf.tidy(() => tf.conv2d(images, tf.tensor4d([0.5, -1, 2, 0.25], [2, 2, 1, 1]), 1, 'valid'));
  const filter = tf.variable(tf.zeros<tf.Rank.R4>([2, 2, 1, 1]));
  const optimizer = tf.train.adam(0.1);
  const loss = () => tf.mean(tf.squaredDifference(tf.conv2d(images, filter, 1, 'valid'), goal)) as tf.Scalar;
  const losses: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    const value = optimizer.minimize(loss, true);
    losses.push((await value?.data())?.[0] ?? Number.NaN);
  }
  return { first: losses[0], last: losses[STEPS - 1] };
}

async function verify(packagesFrom: string): Promise<Outcome<StartedBackend>> {
  const started = await startRuntime('tensorflow', true, packagesFrom);
  if (!started.ok) return started;
  const { first, last } = await trains();
  if (last < first / 4) {
    return success(describeRuntime(started.value));
  }
  const message = `the addon trains wrongly: in ${STEPS} steps the loss went from ${first} to ${last}`;
  return failure(
    'wrong-results',
    message,
    'Try another wheel with --python; docs/gpu.md names the versions that were tried.',
  );
}

process.send?.(await verify(process.argv[4]));
