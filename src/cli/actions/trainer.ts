import { unwrap } from '../../base/failure.ts';
import { trainerCheckText, writtenProgramText } from '../../report/trainer.ts';
import { checkTrainer } from '../../training/command/check.ts';
import type { ReadyProgramName } from '../../training/command/ready-program-names.ts';
import { writeReadyProgram } from '../../training/command/ready-programs.ts';
import { type GlobalOptions, makeContext, printJson } from '../context.ts';
import { EXIT } from '../errors.ts';
import { ownTrainerFrom, type TypedTrainer } from '../trainer-options.ts';

interface InitOptions extends GlobalOptions {
  readonly force?: boolean;
}

export async function initAction(program: ReadyProgramName, options: InitOptions): Promise<void> {
  const context = makeContext(options);
  const written = unwrap(await writeReadyProgram(program, process.cwd(), options.force === true));
  if (options.json) printJson(context, written);
  else context.print(writtenProgramText(written, context.text));
}

interface CheckTrainerOptions extends GlobalOptions, Omit<TypedTrainer, 'trainer'> {}

export async function checkTrainerAction(command: string, options: CheckTrainerOptions): Promise<void> {
  const context = makeContext(options);
  const onTrainerOutput = (line: string) => context.say(`trainer: ${line}`);
  const check = await checkTrainer({ command, ...ownTrainerFrom({ ...options, trainer: command }), onTrainerOutput });
  if (options.json) printJson(context, check);
  else context.print(trainerCheckText(check).trimEnd());
  if (!check.ok) process.exitCode = EXIT.failed;
}
