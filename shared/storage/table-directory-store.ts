import type { TableClient } from '@azure/data-tables';
import type { DirectoryStore } from '../directory/directory-store.ts';
import type { Randomness } from '../model/new-ids.ts';
import { eraseDirectory } from './directory-erasure.ts';
import { outbox } from './directory-outbox.ts';
import * as reads from './directory-reads.ts';
import { directoryTable } from './directory-table.ts';
import { changeGroup, createGroup } from './group-writes.ts';
import { completeInterrupted } from './interrupted.ts';
import { deleteObject } from './object-deletion.ts';
import { createUser, currentFacts, replaceUser } from './user-writes.ts';

/**
 * Directories in table `directory`, a partition each (docs/decisions/0003-membership-rows.md).
 * Throws `StorageBusy` on outages, `Refusal` `uniqueness` and `busy`.
 */
export function tableDirectoryStore(table: TableClient, random: Randomness): DirectoryStore {
  const shared = directoryTable(table, random);
  return {
    user: async (directory, id) => (await shared.user(directory, id))?.object,
    group: async (directory, id) => (await shared.group(directory, id))?.object,
    usersBy: (directory, index, key) => reads.usersBy(shared, directory, { index, key }),
    groupsBy: (directory, index, key) => reads.groupsBy(shared, directory, { index, key }),
    users: (directory, page) => {
      const listing = reads.userListing(shared, directory, page.order);
      return reads.objectPage(shared, directory, { listing, page });
    },
    groups: (directory, page) => {
      const listing = reads.groupListing(shared, directory, page.order);
      return reads.objectPage(shared, directory, { listing, page });
    },
    positionAt: (directory, walk) => reads.positionAt(shared, directory, walk),
    counts: (directory) => reads.counts(shared, directory),
    createUser: (directory, user) => createUser(shared, directory, user),
    replaceUser: (directory, before, after) =>
      replaceUser(shared, directory, { before: before.object, after }),
    deleteUser: (directory, { object }, at) =>
      deleteObject(shared, directory, {
        facts: shared.learnt.get(object),
        deletion: {
          subject: { kind: 'user', id: object.id },
          change: { kind: 'user-deleted', user: object.id, version: object.version },
          at,
          current: () => currentFacts(shared, directory, object),
        },
      }),
    createGroup: (directory, group, members) => createGroup(shared, directory, { group, members }),
    changeGroup: (directory, change) => changeGroup(shared, directory, change),
    deleteGroup: (directory, { object }, at) =>
      deleteObject(shared, directory, {
        facts: shared.learnt.get(object),
        deletion: {
          subject: { kind: 'group', id: object.id },
          change: { kind: 'group-deleted', group: object.id, version: object.version },
          at,
          current: async () => {
            const now = await shared.group(directory, object.id);
            return now?.object.version === object.version ? now.facts : undefined;
          },
        },
      }),
    members: (directory, group, page) => reads.members(shared, directory, { group, ...page }),
    membersAmong: (directory, group, asked) => reads.membersAmong(shared, directory, { group, asked }),
    groupsOf: (directory, member) => reads.groupsOf(shared, directory, member),
    nestingEdges: (directory) => reads.nestingEdges(shared, directory),
    outbox: (directory, page) => outbox(shared, directory, page),
    completeInterrupted: (directory, olderThan) => completeInterrupted(shared, directory, olderThan),
    deleteDirectory: (directory) => eraseDirectory(shared, directory),
  };
}
