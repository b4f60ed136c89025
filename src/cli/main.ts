#!/usr/bin/env node
import { readManifest } from '../base/manifest.ts';
import { loadComplaint, nodeComplaint } from './node-version.ts';
import { hideTypedPassword } from './typed-password.ts';

// What `bin` runs. It must parse and run on any Node from 14 on, so that the user of an old one is told so: the program
// itself, with all that it imports, is loaded only on a Node that it can run on.

hideTypedPassword(process.argv, process.env, (commandLine) => {
  process.title = commandLine;
});
const { node } = readManifest();
const asJson = process.argv.indexOf('--json') > 1;
const complaint = node === null ? null : nodeComplaint(process.versions.node, node, asJson);

/** A package is missing, or a file of the program is. */
function tellUnloaded(error: Error): void {
  process.stderr.write(`${loadComplaint(error.message, asJson)}\n`);
  process.exitCode = 1;
}

if (complaint === null) {
  import('./run.ts').then(({ run }) => run(tellUnloaded), tellUnloaded);
} else {
  process.stderr.write(`${complaint}\n`);
  process.exitCode = 1;
}
