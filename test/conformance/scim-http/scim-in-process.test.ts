import { describe, test } from '@jest/globals';
import { memoryDirectoryStore } from '../../../shared/storage/memory-directory-store.ts';
import { realRandomness } from '../../support/directory-objects.ts';
import { allCases } from './cases/all-cases.ts';
import { runCase } from './run-case.ts';
import { serviceInProcess } from './service-in-process.ts';

const service = serviceInProcess(memoryDirectoryStore(realRandomness));

describe.each(Object.entries(allCases))('%s', (_, cases) => {
  test.each(cases.map((scimCase) => [scimCase.name, scimCase] as const))('%s', async (_name, scimCase) => {
    await runCase(scimCase, service);
  });
});
