import { execFileSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const usage = `usage: npm run bench -- pytorch [--seconds S] [--json]
  The layer of an exported .py beside a masked dense layer, one thread, batch 256. SCATTERSHOT_TORCH_PYTHON names the Pythons.
  --seconds S  for each size and density (default 0.5: a minute in all for each Python)
`;

type Contender = 'masked' | 'prune' | 'gather' | 'dense';

interface Row extends Readonly<Record<Contender, { readonly stepMs: number; readonly forwardMs: number }>> {
  readonly left: number;
  readonly right: number;
  readonly density: number;
}

interface Steps {
  readonly torch: string;
  readonly rows: readonly Row[];
}

const script = fileURLToPath(new URL('./steps.py', import.meta.url));
const module = fileURLToPath(new URL('../../src/pattern/formats/pattern_module.py', import.meta.url));

function measured(python: string, seconds: string): Steps {
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  return JSON.parse(execFileSync(python, [script, module, seconds], { env, encoding: 'utf8' })) as Steps;
}

function table({ torch, rows }: Steps): string {
  const cells = rows.map(({ left, right, density, ...row }) => [
    `${left}-${right}`,
    `${(100 * density).toFixed(1)} %`,
    ...(['masked', 'prune', 'gather', 'dense'] as const).map((name) => row[name].stepMs.toFixed(2)),
    (row.masked.stepMs / row.gather.stepMs).toFixed(2),
    (row.masked.forwardMs / row.gather.forwardMs).toFixed(2),
  ]);
  const titles = ['layer', 'density', 'masked ms', 'prune', 'gather', 'dense', 'masked/gather', 'forward'];
  const lines = [titles, ...cells].map((line) => line.map((cell) => cell.padStart(10)).join('  '));
  return `PyTorch ${torch}: milliseconds a training step\n${lines.join('\n')}\n`;
}

export async function main(parameters: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...parameters],
    options: { seconds: { type: 'string', default: '0.5' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  const { SCATTERSHOT_TORCH_PYTHON: named = '' } = process.env;
  if (values.help || named === '') {
    process.stdout.write(usage);
    return;
  }
  const results = named.split(delimiter).map((python) => measured(python, values.seconds));
  process.stdout.write(values.json ? `${JSON.stringify(results)}\n` : results.map(table).join('\n'));
}
