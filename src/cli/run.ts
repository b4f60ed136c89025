import { EXIT, reportError } from './errors.ts';
import { releaseWarnings } from './held-warnings.ts';
import { asksForJson, createProgram } from './program.ts';

/** Runs the command that the arguments name and sets the exit code. */
export async function run(): Promise<void> {
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

  const { program, current } = createProgram();
  const fail = (error: unknown) => reportError(error, current(), json);

  // A defect in a callback that nobody awaits is reported like any other, and ends the program.
  process.on('uncaughtException', (error) => process.exit(fail(error)));

  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    process.exitCode = fail(error);
  }
  releaseWarnings();
}
