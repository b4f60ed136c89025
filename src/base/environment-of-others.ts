/** This process's environment for a program of the user's that it starts: without a queue, and its password. */
export function environmentOfOthers(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { SCATTERSHOT_QUEUE: _, SCATTERSHOT_QUEUE_PASSWORD: __, ...others } = environment;
  return others;
}
