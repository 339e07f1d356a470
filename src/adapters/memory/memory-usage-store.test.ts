import { usageStoreContract } from '../../ports/usage-store.contract.ts';
import { openMemoryUsageStore } from './memory-usage-store.ts';

usageStoreContract('the usage store in memory', async () => {
  const store = openMemoryUsageStore();
  const opened = { store, reopen: async () => opened, dispose: async () => {} };
  return opened;
});
