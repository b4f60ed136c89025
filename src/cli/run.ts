import { detached } from './detached.ts';
import { endCommand } from './end-command.ts';
import { EXIT, errorReport, reportError } from './errors.ts';
import { releaseWarnings } from './held-warnings.ts';
import { spareHungUpTerminal } from './hung-up-terminal.ts';
import { UnloadedError } from './lazily.ts';
import { asksForJson, createProgram } from './program.ts';
import { linesWritten, writeLines } from './standard-error.ts';
import { dataWritten } from './standard-output.ts';

/**
 * Runs the command that the arguments name and sets the exit code.
 * @param unloaded tells that the command does not load: a package is missing, or a file cannot be opened
 */
export async function run(unloaded: (error: Error) => void): Promise<void> {
  const json = asksForJson(process.argv.slice(2));

  // When the reader goes away (`| head`, a closed ssh session), nobody is left to report an error to.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'EIO') return;
      // Not through the same stream again; what a study found is in the database by now.
      process.exitCode = EXIT.failed;
      if (stream === process.stdout) process.exitCode = reportError(error, '', json);
    });
  }

  const made = await createProgram(process.argv.slice(2)).catch(unloaded);
  if (made === undefined) return;
  const { program, current } = made;
  const fail = (error: unknown) => {
    detached?.tellFailed(errorReport(error, current()));
    return reportError(error, current(), json && detached === null);
  };
  spareHungUpTerminal();

  // A defect in a callback that nobody awaits is reported like any other, and ends the program.
  process.on('uncaughtException', (error) => process.exit(fail(error)));

  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    if (error instanceof UnloadedError) unloaded(error);
    else process.exitCode = fail(error);
  }
  releaseWarnings();
  detached?.close();
  await endCommand.run(Number(process.exitCode ?? EXIT.ok), (text) => writeLines(`${text}\n`));
  await linesWritten();
  await dataWritten();
}
