import { resolve } from 'node:path';
import { Command } from 'commander';
import { unwrap } from '../../base/failure.ts';
import { writePatternFile } from '../../pattern/formats/index.ts';
import { type GlobalOptions, makeContext } from '../context.ts';
import { withStore } from '../stores.ts';

interface ExportOptions extends GlobalOptions {
  readonly output: string;
  readonly study?: string;
}

export function exportCommand(): Command {
  return new Command('export')
    .description('a candidate as a file: .json, .npz or .safetensors (masks for PyTorch), .csv (an edge list)')
    .argument('<candidate>', 'its number in the study, or the start of its fingerprint')
    .requiredOption('--output <file>', 'the ending says the format')
    .option('--study <study>', 'default: the newest')
    .addHelpText(
      'after',
      '\nExamples:\n  scattershot export 17 --output best.npz\n  scattershot export 3fa9 --study morse-1 --output pattern.json\n\nIn PyTorch: masks = numpy.load("best.npz"); layer.weight.data *= torch.from_numpy(masks["junction1"])',
    )
    .action(exportCandidate);
}

async function exportCandidate(name: string, options: ExportOptions): Promise<void> {
  const context = makeContext(options);
  await withStore(context, 'read', async (store) => {
    const study = unwrap(store.getStudy(options.study ?? null));
    const candidate = unwrap(store.findCandidate(study, name));
    const { shapes, usedInputs, usedOutputs } = study.architecture;
    const pattern = store.loadPattern(study.id, candidate.number);
    unwrap(await writePatternFile(resolve(options.output), { pattern, shapes, usedInputs, usedOutputs }));
    context.say(
      `Candidate ${candidate.number} of ${study.name} (${candidate.strategy}, S ${candidate.scatter.toFixed(4)}) is in ${options.output}.`,
    );
  });
}
