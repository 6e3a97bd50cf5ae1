import { memoryDirectoryStore } from '../../shared/storage/memory-directory-store.ts';
import { realRandomness } from '../support/directory-objects.ts';
import { directoryStoreContract } from './directory-store.contract.ts';

directoryStoreContract('memory', () => {
  const store = memoryDirectoryStore(realRandomness);
  return { store, other: store, inconsistencies: async () => [] };
});
