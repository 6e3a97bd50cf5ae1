import type { FoldedRound } from './fold-round.ts';
import type { NestedDirectoryStore } from './nested-store.ts';
import type { ListedGroup } from './net-edges.ts';
import { numberOf } from './round-ids.ts';
import type { Reread, SyncRun } from './run-records.ts';
import { stagedPage } from './staged-pages.ts';

export const listStream = (group: string) => `members/${group}`;

/** The lists that a run read of single groups; a group without a complete list has no members here, which is not none. */
export async function listedGroups(
  store: NestedDirectoryStore,
  run: SyncRun,
  round: FoldedRound,
): Promise<ReadonlyMap<number, ListedGroup>> {
  const listed = new Map<number, ListedGroup>();
  for (const reread of run.rereads) {
    listed.set(numberOf(round.groupIds, reread.group), await listOf({ store, run, round }, reread));
  }
  return listed;
}

async function listOf(
  { store, run, round }: { store: NestedDirectoryStore; run: SyncRun; round: FoldedRound },
  { group, reason, rounds, undecided }: Reread,
): Promise<ListedGroup> {
  const pages = run.rereadPages[group];
  if (pages === undefined) return { reason, rounds, ...leftOpen(round, undecided) };
  const members = new Set<number>();
  const children = new Set<number>();
  for (let page = 0; page < pages; page++) {
    const staged = await stagedPage(store, run, { stream: listStream(group), page });
    if (staged.kind !== 'members') continue;
    for (const { id, type } of staged.items) {
      if (type === 'group') {
        children.add(numberOf(round.groupIds, id));
        continue;
      }
      const member = numberOf(round.memberIds, id);
      if (type !== 'user') round.types.set(member, type);
      members.add(member);
    }
  }
  return { reason, rounds, members, children };
}

function leftOpen(
  { memberIds, groupIds }: FoldedRound,
  undecided: Reread['undecided'],
): Pick<ListedGroup, 'undecided'> {
  if (undecided === undefined) return {};
  const members = undecided.members.map((id) => numberOf(memberIds, id));
  const children = undecided.children.map((id) => numberOf(groupIds, id));
  return { undecided: { members, children } };
}
