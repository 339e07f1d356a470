import { type OpenedRuntime, runtimeContract } from '../../ports/runtime.contract.ts';
import { openFixture, type RuntimeFixture } from './runtime-fixture.ts';

async function open(fixture: RuntimeFixture): Promise<OpenedRuntime> {
  const runtime = await fixture.open();
  return {
    runtime,
    workload: fixture.workload,
    reopen: async () => {
      await runtime.close();
      return open(fixture);
    },
    dispose: fixture.dispose,
  };
}

runtimeContract('the process runtime', () => open(openFixture()));
