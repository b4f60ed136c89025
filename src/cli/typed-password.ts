// Loaded by the first module, before it is known which Node runs it: nothing here may need a recent one, and no package.

/** A queue's URL with a password, alone or as "--queue=URL": what stands before the password, and what after it. */
const WITH_PASSWORD = /^((?:--[a-z-]+=)?(?:rediss?|postgres(?:ql)?):\/\/[^/@:?#]*):(.*)(@.*)$/s;

function unescaped(password: string): string {
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}

/** Whether the password of a queue stood in the arguments, where every user of the machine could read it. */
export let passwordWasTyped = false;

/**
 * Moves the password of a queue's URL from the arguments to SCATTERSHOT_QUEUE_PASSWORD: whatever shows arguments (the list of processes,
 * an error, a process that is started with the same) shows none from now on.
 * @param told gets the arguments that are left, as a list of processes is to show them
 */
export function hideTypedPassword(
  args: string[],
  environment: NodeJS.ProcessEnv,
  told: (commandLine: string) => void,
): void {
  for (let index = 0; index < args.length; index++) {
    const found = WITH_PASSWORD.exec(args[index]);
    if (found === null) continue;
    args[index] = found[1] + (found[1].endsWith('//') ? found[3].slice(1) : found[3]);
    if (found[2] === '') continue;
    environment.SCATTERSHOT_QUEUE_PASSWORD = unescaped(found[2]);
    passwordWasTyped = true;
  }
  if (passwordWasTyped) told([process.argv0, ...args.slice(1)].join(' '));
}
