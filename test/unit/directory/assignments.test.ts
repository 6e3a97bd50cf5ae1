import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { memoryDirectoryStore } from '../../../shared/storage/memory-directory-store.ts';
import { serviceInProcess } from '../../conformance/scim-http/service-in-process.ts';
import { realRandomness } from '../../support/directory-objects.ts';
import { bodyOf, idOf, patchBody } from './answers.ts';

const service = serviceInProcess(memoryDirectoryStore(realRandomness));

/** What is in the directory once Entra has sent what was assigned: users first, then groups, then members. */
async function provisioned(assigned: {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}) {
  const directory = await service.open();
  const members: { readonly value: string }[] = [];
  for (const userName of assigned.users) {
    members.push({
      value: idOf(await directory.send({ method: 'POST', path: '/Users', body: { userName } })),
    });
  }
  const statuses: number[] = [];
  for (const displayName of assigned.groups) {
    const id = idOf(await directory.send({ method: 'POST', path: '/Groups', body: { displayName } }));
    for (const member of members.length === 0 ? [{ value: outOfScope }] : members) {
      const body = patchBody({ op: 'Add', path: 'members', value: [member] });
      statuses.push((await directory.send({ method: 'PATCH', path: `/Groups/${id}`, body })).status);
    }
  }
  const total = async (path: string) => Total.parse(await bodyOf(directory, path)).totalResults;
  return { users: await total('/Users'), groups: await total('/Groups'), statuses };
}

const Total = z.object({ totalResults: z.int() });
const outOfScope = '019ab000-0000-7000-8000-000000000000';

test.each([
  ['users only', { users: ['a', 'b'], groups: [] }, { users: 2, groups: 0, statuses: [] }],
  [
    'groups only, whose members are not in scope',
    { users: [], groups: ['g'] },
    { users: 0, groups: 1, statuses: [204] },
  ],
  ['both', { users: ['a', 'b'], groups: ['g'] }, { users: 2, groups: 1, statuses: [204, 204] }],
])('%s can be assigned (S3-18)', async (_, assigned, held) => {
  expect(await provisioned(assigned)).toEqual(held);
});
