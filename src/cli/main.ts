#!/usr/bin/env node
import { reportError } from './errors.ts';
import { createProgram } from './program.ts';

// A reader that goes away (`| head`, a closed ssh session) is no reason to fail: there is nobody left to write to.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || error.code === 'EIO') return;
    throw error;
  });
}

const program = createProgram();
try {
  await program.parseAsync(process.argv);
} catch (error) {
  process.exitCode = reportError(error, program.args[0] ?? '');
}
