import type { FoldedRound } from './fold-round.ts';
import type { MemberEntry } from './graph-port.ts';
import type { NestedDirectoryStore } from './nested-store.ts';
import type { ListedGroup, SomeMembers } from './pending-lists.ts';
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
  { group, undecided, left, ...why }: Reread,
): Promise<ListedGroup> {
  const pages = run.rereadPages[group];
  const asked = { ...why, ...(left && { left: inNumbers(round, left) }) };
  if (pages === undefined) return { ...asked, ...(undecided && { undecided: inNumbers(round, undecided) }) };
  const list = { members: new Set<number>(), children: new Set<number>() };
  for (let page = 0; page < pages; page++) {
    const staged = await stagedPage(store, run, { stream: listStream(group), page });
    if (staged.kind === 'members') takeMembers(round, staged.items, list);
  }
  return { ...asked, ...list };
}

function takeMembers(
  { memberIds, groupIds, types }: FoldedRound,
  items: readonly MemberEntry[],
  { members, children }: { readonly members: Set<number>; readonly children: Set<number> },
): void {
  for (const { id, type } of items) {
    if (type === 'group') {
      children.add(numberOf(groupIds, id));
      continue;
    }
    const member = numberOf(memberIds, id);
    if (type !== 'user') types.set(member, type);
    members.add(member);
  }
}

const inNumbers = (
  { memberIds, groupIds }: FoldedRound,
  { members, children }: NonNullable<Reread['undecided']>,
): SomeMembers => ({
  members: members.map((id) => numberOf(memberIds, id)),
  children: children.map((id) => numberOf(groupIds, id)),
});
