import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inFolder, runProgram } from './program.ts';

/** A script in place of a program. */
function script(folder: string, name: string, text: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A Python whose `-c` answers with these facts, and whose modules do what `modules` says. */
const python = (folder: string, facts: object, modules = 'exit 1') =>
  script(folder, 'python3', `if [ "$1" = -c ]; then echo '${JSON.stringify(facts)}'; exit 0; fi\n${modules}`);

const facts = { python: '/usr/bin/false', pythonVersion: '3.11.7', machine: 'x86_64', folder: null, version: null };

const setup = (home: string, ...args: string[]) =>
  runProgram(['setup', 'tensorflow', '--json', ...args], { cwd: home, env: { SCATTERSHOT_HOME: home } });

const refusal = ({ stderr }: { stderr: string }) =>
  JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { reason: string; message: string; nextStep: string };

describe('setup tensorflow says what is missing', () => {
  test('no Python that starts', async () => {
    await inFolder(async (home) => {
      const run = await setup(home, '--python', join(home, 'no-such-python'));
      expect(run.code).toBe(1);
      expect(await setup(home, '--python', '')).toMatchObject({ code: 2, stdout: '' });
      expect(refusal(run)).toMatchObject({ reason: 'no-python', nextStep: expect.stringContaining('python3-venv') });
    });
  });

  test('no module to make a virtual environment with, and no wheel for this machine, and no network', async () => {
    await inFolder(async (home) => {
      const noVenv = await setup(home, '--python', python(join(home, 'a'), { ...facts, python: '/bin/false' }));
      expect(refusal(noVenv).reason).toBe('no-venv');
      for (const [said, reason] of [
        ['ERROR: No matching distribution found for tensorflow-cpu==2.21.0', 'no-wheel'],
        [
          'WARNING: Retrying after connection broken by NewConnectionError: Temporary failure in name resolution',
          'no-network',
        ],
        ['ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device', 'disk-full'],
      ] as const) {
        const folder = join(home, reason);
        // Makes an "environment" whose Python fails as pip does.
        const inVenv = `mkdir -p "$4/bin"; printf '#!/bin/sh\\necho "${said}"; exit 1\\n' > "$4/bin/python"; chmod +x "$4/bin/python"`;
        const path = script(folder, 'maker', `if [ "$2" = venv ]; then ${inVenv}; fi`);
        const run = await setup(home, '--python', python(folder, { ...facts, python: path }));
        expect(refusal(run).reason).toBe(reason);
      }
    });
  });

  test('a wheel without the library, where its Python was named', async () => {
    await inFolder(async (home) => {
      const path = python(join(home, 'a'), { ...facts, folder: home, version: '2.3.0' });
      const { reason, message } = refusal(await setup(home, '--python', path));
      expect(reason).toBe('wrong-wheel');
      expect(message).toMatch(/TensorFlow 2\.3\.0 .* has no libtensorflow_cc/);
    });
  });

  test('another setup at work; one that died is no hindrance', async () => {
    await inFolder(async (home) => {
      const folder = join(home, 'cache', 'tensorflow');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'setup.lock'), String(process.pid));
      expect(refusal(await setup(home)).reason).toBe('busy');
      writeFileSync(join(folder, 'setup.lock'), '999999999');
      const run = await setup(home, '--python', join(home, 'no-such-python'));
      expect(refusal(run).reason).toBe('no-python');
      expect(existsSync(join(folder, 'setup.lock'))).toBe(false);
    });
  });
});

test('setup tensorflow --remove takes away what was made, and says where', async () => {
  await inFolder(async (home) => {
    const folder = join(home, 'cache', 'tensorflow');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'setup.json'), '{}');
    expect(JSON.parse((await setup(home, '--remove')).stdout)).toEqual({ folder, removed: true });
    expect(existsSync(folder)).toBe(false);
    expect(JSON.parse((await setup(home, '--remove')).stdout)).toEqual({ folder, removed: false });
    expect((await setup(home, '--remove', '--cuda')).code).toBe(2);
  });
});
