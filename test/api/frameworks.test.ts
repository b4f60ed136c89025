import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unwrap } from '../../src/base/failure.ts';
import { Random } from '../../src/base/random.ts';
import { defineArchitecture } from '../../src/pattern/architecture.ts';
import { scatterEntries } from '../../src/pattern/entries.ts';
import { writePatternFile } from '../../src/pattern/formats/index.ts';
import { uniformRandomPattern } from '../../strategies/uniform-random.ts';

// The Python of docs/frameworks.md as it stands, section by section, each with a check of what it defined.

const page = readFileSync(fileURLToPath(new URL('../../docs/frameworks.md', import.meta.url)), 'utf8');
const pythons = (process.env.SCATTERSHOT_TORCH_PYTHON ?? '').split(delimiter).filter((path) => path !== '');

/** The Python blocks of a section, one after another. */
function blocksOf(title: string): string {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? '';
  return [...section.matchAll(/```python\n([\s\S]*?)```/g)].map(([, code]) => code).join('\n');
}

const checks: Readonly<Record<string, { readonly needs: readonly string[]; readonly code: string }>> = {
  PyTorch: {
    needs: ['torch'],
    code: `
other = best.network()
other.load_state_dict(torch.load("trained.pt"))
assert torch.equal(other(x), net(x))
print("checked")`,
  },
  ONNX: { needs: ['torch', 'onnx', 'onnxruntime'], code: 'print("checked")' },
  NumPy: {
    needs: ['numpy'],
    code: `
x = random.normal(size=(3, 64))
layers = forward(x)
dense = x
for mask, table, weight, bias in zip(junctions, tables, weights, biases):
    full = numpy.zeros(mask.shape)
    for j, row in enumerate(table):
        full[j, row] = weight[j]
    dense = dense @ full.T + bias if mask is junctions[-1] else numpy.maximum(dense @ full.T + bias, 0)
assert numpy.allclose(layers[-1], dense)
target = random.normal(size=layers[-1].shape)
found = gradients(layers, target)
for i in range(len(tables)):
    for parameters, gradient in zip([weights[i], biases[i]], found[i]):
        at = numpy.unravel_index(random.integers(parameters.size), parameters.shape)
        held, values = parameters[at], []
        for nudge in [1e-6, -1e-6]:
            parameters[at] = held + nudge
            values.append((forward(x)[-1] * target).sum())
        parameters[at] = held
        assert abs((values[0] - values[1]) / 2e-6 - gradient[at]) < 1e-4, (i, at)
print("checked")`,
  },
  JAX: {
    needs: ['jax', 'numpy'],
    code: `
parameters = start(jax.random.PRNGKey(0))
assert [weight.shape for weight, _ in parameters] == [table.shape for table in tables]
x = jax.random.normal(jax.random.PRNGKey(1), (8, 64))
first = [weight for weight, _ in parameters]
full = []
for mask, table, weight in zip(junctions, tables, first):
    dense = numpy.zeros(mask.shape, numpy.float32)
    numpy.put_along_axis(dense, numpy.asarray(table), numpy.asarray(weight), axis=1)
    full.append(dense)
expected = numpy.maximum(numpy.asarray(x) @ full[0].T + 0.1, 0) @ full[1].T + 0.1
assert numpy.allclose(network(parameters, x), expected, atol=1e-4)
labels = jnp.arange(8)
losses = []
for _ in range(5):
    loss, parameters = step(parameters, x, labels)
    losses.append(float(loss))
assert losses[-1] < losses[0], losses
print("checked")`,
  },
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scattershot-frameworks-'));
  const architecture = defineArchitecture({ layers: [64, 128, 64], fanOuts: [16, 8] });
  const problem = {
    architecture,
    entries: scatterEntries(architecture, {}),
    metric: 'indicator' as const,
    target: null,
  };
  unwrap(await writePatternFile(join(folder, 'best.py'), uniformRandomPattern(problem, Random.fromSeed(1))));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (python: string, args: readonly string[]) =>
  promisify(execFile)(python, ['-W', 'ignore', ...args], { cwd: folder });

const has = (python: string, names: readonly string[]) =>
  run(python, [
    '-c',
    `import importlib.util as u, sys; sys.exit(any(u.find_spec(n) is None for n in ${JSON.stringify(names)}))`,
  ]).then(
    () => true,
    () => false,
  );

test('the page has Python for every framework that it names', () => {
  for (const title of Object.keys(checks)) expect([title, blocksOf(title).length > 100]).toEqual([title, true]);
});

describe.each(pythons)('with %s', (python) => {
  test.for(Object.keys(checks))(
    'the Python of "%s" does what it says',
    { timeout: 240_000 },
    async (title, context) => {
      const { needs, code } = checks[title];
      if (!(await has(python, needs))) {
        // PyTorch is what these Pythons are named for, and NumPy stands beside it; the others are tried where they are.
        expect(['ONNX', 'JAX']).toContain(title);
        return context.skip(`it has not all of ${needs.join(', ')}`);
      }
      const script = join(folder, `${title}.py`);
      writeFileSync(script, `${blocksOf(title)}\n${code}\n`);
      expect((await run(python, [script])).stdout).toContain('checked');
    },
  );
});
