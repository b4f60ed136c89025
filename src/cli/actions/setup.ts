import { ScattershotError, unwrap } from '../../base/failure.ts';
import { setupText } from '../../report/setup.ts';
import { type GlobalOptions, makeContext, printJson } from '../context.ts';
import { EXIT, UsageError } from '../errors.ts';
import { Interrupt } from '../interrupt.ts';

interface SetupCommandOptions extends GlobalOptions {
  readonly json?: boolean;
  readonly python?: string;
  readonly venv?: boolean;
  readonly cuda?: boolean;
  readonly remove?: boolean;
  readonly verbose?: boolean;
}

export async function tensorflowAction(options: SetupCommandOptions): Promise<void> {
  const context = makeContext(options);
  const { removeTensorFlow, setUpTensorFlow } = await import('../../training/tfjs/setup/index.ts');
  if (options.remove) {
    if (options.python !== undefined || options.venv || options.cuda !== undefined) {
      throw new UsageError('--remove goes with no other choice', 'Leave the others out.');
    }
    const removed = unwrap(removeTensorFlow());
    if (options.json) return printJson(context, removed);
    return context.print(
      removed.removed ? `Removed ${removed.folder}.` : `There was nothing to remove in ${removed.folder}.`,
    );
  }
  const interrupt = new Interrupt({
    onFirst: () => context.say('ending; what is there is kept'),
    onSecond: () => context.warn('Still waiting for the present step. (Once more leaves at once.)'),
  });
  const { python = null, venv = false, cuda = null } = options;
  try {
    const host = {
      signal: interrupt.signal,
      say: (line: string) => context.say(line),
      ...(options.verbose ? { log: (line: string) => context.say(`  ${line}`) } : {}),
    };
    const made = await setUpTensorFlow({ python, venv, cuda }, host);
    if (!made.ok && made.reason === 'interrupted') {
      process.exitCode = EXIT.interrupted;
      return context.warn(`${made.message}. ${made.nextStep}`);
    }
    if (!made.ok) throw new ScattershotError(made);
    if (options.json) return printJson(context, made.value);
    context.print(setupText(made.value, context.text).trimEnd());
  } finally {
    interrupt.release();
  }
}
