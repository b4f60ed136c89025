import { join } from 'node:path';
import { type Reproduction, reproduce, requirePart } from '../../paper/reproduce.ts';
import type { PaperScale } from '../../paper/scale.ts';
import type { Target } from '../../paper/targets.ts';
import { reproductionJson, reproductionText, writeReproduction } from '../../report/reproduction.ts';
import { type Context, type GlobalOptions, makeContext, printJson } from '../context.ts';
import { EXIT } from '../errors.ts';
import { Interrupt } from '../interrupt.ts';
import { withStore } from '../stores.ts';

interface ReproduceCommandOptions extends GlobalOptions {
  readonly scale?: PaperScale;
  readonly part?: string;
  readonly seeds?: number;
  readonly json?: boolean;
}

/** Of tables and worked examples nothing is trained or stored. */
const TRAINED: ReadonlySet<Target> = new Set(['fig1', 'fig2', 'fig3', 'link']);

async function run(target: Target, options: ReproduceCommandOptions, context: Context): Promise<Reproduction> {
  const { scale, part, seeds } = options;
  if (part !== undefined) requirePart(part, target);
  const asked = {
    ...(scale === undefined ? {} : { scale }),
    ...(part === undefined ? {} : { part }),
    ...(seeds === undefined ? {} : { seeds }),
  };
  if (!TRAINED.has(target)) return reproduce(target, asked);
  const interrupt = new Interrupt({
    onFirst: () => context.say('Stopping; what is trained is stored.'),
    onSecond: () => context.say('Still waiting for the trainings to stop. (Once more leaves at once.)'),
  });
  try {
    return await withStore(context, 'write', (store) => {
      const { cacheFolder, workers } = context;
      const host = { store, cacheFolder, workers, signal: interrupt.signal };
      const onEvent = (event: { readonly kind: string; readonly message?: string }) => {
        if (event.kind === 'warning' && event.message !== undefined) context.warn(event.message);
      };
      return reproduce(target, { ...asked, ...host, onEvent, onProgress: context.say });
    });
  } finally {
    interrupt.release();
  }
}

export async function reproduceAction(target: Target, options: ReproduceCommandOptions): Promise<void> {
  const context = makeContext(options);
  const reproduction = await run(target, options, context);
  const { scale, part } = reproduction;
  const name = ['reproduce', target, scale, ...(part === null ? [] : [part])].join('-');
  const folder = join(context.reportsFolder, name);
  const { page } = await writeReproduction(reproduction, folder);
  if (options.json) printJson(context, { ...reproductionJson(reproduction), report: page });
  else context.print(reproductionText(reproduction, context.text).trimEnd());
  context.say(`Report: ${page}`);
  if (reproduction.status !== 'interrupted') return;
  process.exitCode = EXIT.interrupted;
  context.say('Interrupted; everything trained so far is stored. The same command goes on with it.');
}
