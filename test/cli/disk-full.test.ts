import { spawn, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { inFolder, program } from './program.ts';

const unshare = ['--user', '--map-root-user', '--mount', 'sh', '-c'];
const smallDisksWork = spawnSync('unshare', [...unshare, 'mount -t tmpfs -o size=1m scattershot /mnt']).status === 0;

/** A file system of its own that is too small at first and then is not; prints what each part said, between marks. */
const script = (args: string) => `
mount -t tmpfs -o size=700k scattershot "$1" && cd "$1" || exit 9
${args} --name cut; echo "code $?"
echo ----
${args} --name other 2>&1 | tail -n 3
echo ----
mount -o remount,size=64m "$1" || exit 9
"$2" "$3" search --resume cut --quiet >/dev/null; echo "code $?"
echo ----
"$2" "$3" leaderboard cut --json
echo ----
${args} --name whole --quiet >/dev/null; echo "code $?"
echo ----
"$2" "$3" leaderboard whole --json
`;

async function shell(folder: string, args: string): Promise<{ stdout: string; stderr: string }> {
  const child = spawn('unshare', [...unshare, script(`"$2" "$3" ${args}`), 'sh', folder, process.execPath, program]);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  await new Promise((resolve) => child.on('close', resolve));
  return { stdout, stderr };
}

const rows = (text: string) => (JSON.parse(text) as { createdAt: string }[]).map(({ createdAt: _, ...row }) => row);

test.runIf(smallDisksWork)(
  'on a disk that fills up a search says so and ends; with room the same study ends as if nothing had happened',
  async () => {
    await inFolder(async (folder) => {
      const args = 'search --layers 32,64,16 --fan-out 16,4 --top 40 --budget 1500 --seed 4';
      const { stdout, stderr } = await shell(folder, args);
      const [first, other, resumed, cut, straight, whole] = stdout.split('----\n');
      expect(first, stderr).toBe('code 1\n');
      expect(stderr).toContain('Free some space');
      expect(stderr).toContain('Go on with: scattershot search --resume cut\n');
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(other).toContain('Free some space');
      expect([resumed, straight]).toEqual(['code 0\n', 'code 0\n']);
      expect(rows(cut).length).toBeGreaterThan(40);
      expect(rows(cut)).toEqual(rows(whole));
    });
  },
);
