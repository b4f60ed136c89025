#!/usr/bin/env node
import { EXIT, reportError } from './errors.ts';
import { createProgram } from './program.ts';

// A reader that goes away (`| head`, a closed ssh session) is no reason to fail: there is nobody left to write to.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO') return;
    // Not through the same stream again; what a study found is in the database by now.
    process.exitCode = EXIT.failed;
    if (stream === process.stdout) process.exitCode = reportError(error, '');
  });
}

const program = createProgram();
try {
  await program.parseAsync(process.argv);
} catch (error) {
  process.exitCode = reportError(error, program.args[0] ?? '');
}
