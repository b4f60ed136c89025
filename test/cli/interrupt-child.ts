import { Worker } from 'node:worker_threads';
import { Interrupt } from '../../src/cli/interrupt.ts';

// A program whose orderly end never comes, with a thread that hears nothing.
new Worker('for (;;);', { eval: true });
const interrupt = new Interrupt({
  onFirst: () => console.log('first'),
  onSecond: () => console.log('second'),
});
interrupt.signal.addEventListener('abort', () => console.log('aborted'));
setInterval(() => undefined, 1e6);
console.log('up');
