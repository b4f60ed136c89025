import type { Reporter, TestModule } from 'vitest/node';

/** Names at the end every test that passed only when it was tried again. */
export default class RetriedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const retried = modules.flatMap((module) =>
      [...module.children.allTests()]
        .filter((test) => test.diagnostic()?.flaky === true)
        .map((test) => `${module.relativeModuleId} > ${test.fullName}: ${test.result().errors?.[0]?.message ?? ''}`),
    );
    if (retried.length > 0) console.log(`Passed only when tried again:\n${retried.join('\n')}\n`);
  }
}
