import { afterEach, expect, test } from 'vitest';
import { lasting, type Story, search } from '../search/search-story.ts';
import { labRequest, memoryServer, SearchLab } from './search-lab.ts';

let lab: SearchLab;
afterEach(() => lab.close());

const lastCheckpoint = ({ rounds }: Story) => ({ ...rounds.at(-1)!.checkpoint, seconds: 0, bestSeconds: 0 });

const local = await search(labRequest());

async function remote(workers: number): Promise<Story> {
  lab = new SearchLab(memoryServer());
  for (let made = 0; made < workers; made++) await lab.worker();
  return search(labRequest(), { runner: await lab.runner() });
}

for (const workers of [1, 3]) {
  test(`${workers} workers find what this process's own threads find, to the last bit and count`, async () => {
    const story = await remote(workers);
    expect(lasting(story)).toEqual(lasting(local));
    expect(lastCheckpoint(story)).toEqual(lastCheckpoint(local));
    expect(lab.of('joined').length).toBeGreaterThanOrEqual(1);
    expect(lab.of('done').length).toBe(local.rounds.length * (7 - local.refused.length));
    expect(lab.of('trouble')).toEqual([]);
  });
}
