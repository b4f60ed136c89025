import { Command, Option } from 'commander';
import { DEFAULT_FORMAT, exportFormats } from '../export-formats.ts';
import { lazily } from '../lazily.ts';
import { oneOf, wholeNumber } from '../parse.ts';

const EXAMPLES = `
Examples:
  scattershot export best --output best.npz
  scattershot export 17 --study morse-1 --output pattern.json
  scattershot export 3fa9 --output - --format csv > edges.csv
  scattershot export --top 5 --output patterns --format npz
  scattershot export 17 --output best.py

In PyTorch, after the last: import best; net = best.network()   (a layer of one's own: best.PatternLinear(mask))`;

export function exportCommand(): Command {
  return new Command('export')
    .argument('[candidate]', 'best, its number in the study, or the start of its fingerprint')
    .requiredOption('--output <file>', 'its ending says the format; - is stdout; with --top a folder')
    .option('--study <study>', 'default: the newest')
    .addOption(new Option('--top <K>', "the first K in the study's order, each as a file").argParser(wholeNumber(1)))
    .addOption(
      new Option(
        '--format <format>',
        `for - and --top: ${exportFormats.join(', ')} (default: ${DEFAULT_FORMAT})`,
      ).argParser(oneOf(exportFormats)),
    )
    .option('--force', 'replace files that exist')
    .addHelpText('after', EXAMPLES)
    .action(lazily(async () => (await import('../actions/export.ts')).exportAction));
}
