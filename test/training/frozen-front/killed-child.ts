/**
 * A process that trains a frozen front: `killed-child.ts CACHE_FOLDER [die]`. It says each event in a line, at the end the digest; to
 * die it kills itself in the second epoch, once a file holds where the training stands.
 */
import { existsSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { unwrap } from '../../../src/base/failure.ts';
import { type FeatureHost, frozenFeatures } from '../../../src/training/frozen-front/features.ts';
import { featureRequest } from './feature-request.ts';

const [, , cacheFolder, die] = process.argv;
const say = (line: string) => writeSync(1, `${line}\n`);
const { signal } = new AbortController();

const hasSnapshot = () => {
  const features = join(cacheFolder, 'features');
  return existsSync(features) && readdirSync(features).some((name) => name.endsWith('.snapshot'));
};

const run: FeatureHost['run'] = async function* (begin) {
  for await (const event of begin(signal)) {
    if (die !== undefined && event.kind === 'epoch' && event.epoch === 2) {
      while (!hasSnapshot()) await pause(5);
      process.kill(process.pid, 'SIGKILL');
    }
    yield event;
  }
};

const outcome = await frozenFeatures(featureRequest({}, { epochs: 3 }), {
  ...{ cacheFolder, signal, run, snapshotEveryMs: 1 },
  onWarning: (message) => say(`warning ${message}`),
  onEvent: (event) => {
    if (event.kind === 'started') say(`started ${event.resumed?.epoch ?? 1} ${event.resumed?.batches ?? 0}`);
    if (event.kind === 'epoch') say(`epoch ${event.epoch}`);
  },
});
if (outcome !== null) say(`digest ${unwrap(outcome).dataset.digest}`);
