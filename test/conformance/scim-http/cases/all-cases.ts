import type { ScimCase } from '../scim-case.ts';
import { bulkCases } from './bulk.ts';
import { discoveryCases } from './discovery.ts';
import { entityTagCases } from './entity-tags.ts';
import { groupWriteCases } from './group-writes.ts';
import { listCases } from './lists.ts';
import { lookupCases } from './lookups.ts';
import { suiteCases } from './suites.ts';
import { transportCases } from './transport.ts';
import { userWriteCases } from './user-writes.ts';

/** Every case, by subject; any driver can replay them. */
export const allCases: Readonly<Record<string, readonly ScimCase[]>> = {
  'look-ups': lookupCases,
  users: userWriteCases,
  groups: groupWriteCases,
  lists: listCases,
  bulk: bulkCases,
  'entity tags': entityTagCases,
  discovery: discoveryCases,
  transport: transportCases,
  'other suites': suiteCases,
};
