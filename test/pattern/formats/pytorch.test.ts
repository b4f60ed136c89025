import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type PatternWithContext, withContext } from '../../../src/pattern/context.ts';
import { readPatternFile, writePatternFile } from '../../../src/pattern/formats/index.ts';
import { fingerprint, makePattern } from '../../../src/pattern/pattern.ts';

/** Balanced degrees first (fan-outs 1 and 2), then exact ones. */
const pattern = makePattern({ layers: [8, 6, 3], fanOuts: [12 / 8, 1] }, [
  Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 0, 2, 4, 6),
  Uint32Array.of(0, 5, 1, 4, 2, 3),
]);

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'scattershot-pytorch-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function write(folder: string, name: string, written: PatternWithContext = pattern): Promise<string> {
  const outcome = await writePatternFile(join(folder, name), written);
  expect(outcome).toMatchObject({ ok: true });
  return join(folder, name);
}

test('a .py says which network it is for, and its pattern and context are in the .npz beside it', async () => {
  await inFolder(async (folder) => {
    const described = withContext(pattern, { usedInputs: 7, usedOutputs: 2 });
    const module = readFileSync(await write(folder, 'best.py', described), 'utf8');
    expect(module).toContain('Layers 8-6-3, fan-out 1.5, 1, fan-in 2, 2, density 27.27 %.');
    expect(module).toContain('The first 7 of 8 inputs are used: pad with zeros.\nThe first 2 of 3 outputs are used.');
    expect(module).toContain(fingerprint(pattern));
    expect(module).not.toContain('#DOCSTRING#');
    const beside = await readPatternFile(join(folder, 'best.npz'));
    expect(beside).toMatchObject({ ok: true, value: { pattern: { context: { usedInputs: 7, usedOutputs: 2 } } } });
    expect(await readPatternFile(join(folder, 'best.py'))).toMatchObject({
      ok: false,
      nextStep: expect.stringContaining('.npz'),
    });
  });
});

test('no .py is left without its .npz', async () => {
  await inFolder(async (folder) => {
    const refused = await writePatternFile(join(folder, 'none', 'best.py'), pattern);
    expect(refused).toMatchObject({ ok: false, reason: 'no-such-folder' });
  });
});

const interpreters = (process.env.SCATTERSHOT_TORCH_PYTHON ?? '').split(delimiter).filter((path) => path !== '');

/** Every check of pytorch_checks.py. */
const checks = [
  'network_has_the_exported_edges',
  'only_edges_and_biases_are_parameters',
  'gradients_equal_masked_dense',
  'derivatives_of_any_order',
  'absent_edges_never_come_back',
  'dense_layers_there_and_back',
  'state_dict_round_trip',
  'faulty_masks_are_refused_by_neuron',
  'the_form_follows_density',
  'inputs_of_any_shape',
  'torch_compile',
  'nothing_but_torch_is_imported',
  'a_missing_pattern_is_said',
];

describe('in PyTorch', () => {
  test.skipIf(interpreters.length > 0)('it is not tried: SCATTERSHOT_TORCH_PYTHON names no Python', (context) =>
    context.skip(),
  );

  test.each(interpreters)('with %s every check of the module passes', { timeout: 600_000 }, async (python) => {
    await inFolder(async (folder) => {
      await write(folder, 'best.py');
      await write(folder, 'best.json');
      const script = fileURLToPath(new URL('./pytorch_checks.py', import.meta.url));
      const { stdout } = await promisify(execFile)(python, ['-W', 'ignore', script, folder]);
      const passed = stdout.trim().split('\n');
      expect(passed.map((line) => line.split(' ')[0])).toEqual(checks);
      for (const line of passed) expect(line).toMatch(/ ok$|^torch_compile skipped: PyTorch 1/);
    });
  });
});
