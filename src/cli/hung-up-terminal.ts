import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** File descriptors that were terminals when the program began. */
const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));

/**
 * When a program ends, Node sets its terminal's modes back to what they were, and aborts (SIGABRT) where that fails, as it does on a
 * terminal that has hung up. Closed descriptors it leaves alone. A terminal that lives is left to Node.
 */
export function spareHungUpTerminal(): void {
  process.on('exit', () => {
    for (const descriptor of terminals) {
      // One that has hung up is no longer a terminal to the system.
      if (!isatty(descriptor)) closeQuietly(descriptor);
    }
  });
}

function closeQuietly(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // Closed already.
  }
}
