import { askStream } from './asking.ts';
import type { FoldedRound } from './fold-round.ts';
import type { NestedDirectoryStore } from './nested-store.ts';
import { numberOf } from './round-ids.ts';
import type { Ask, SyncRun } from './run-records.ts';
import { stagedPage } from './staged-pages.ts';
import type { StoredMemberships } from './stored-memberships.ts';

/** Memberships that objects were found to have when they became live: members of each group, and children of each parent. */
export interface AskedGroups {
  readonly users: ReadonlyMap<number, readonly number[]>;
  readonly nesting: ReadonlyMap<number, readonly number[]>;
}

/** What the run's asks were answered; groups that nobody has told of yet will tell their members themselves. */
export async function askedGroups(
  store: NestedDirectoryStore,
  run: SyncRun,
  { round, stored }: { readonly round: FoldedRound; readonly stored: StoredMemberships },
): Promise<AskedGroups> {
  const asked = { users: new Map<number, number[]>(), nesting: new Map<number, number[]>() };
  for (const ask of run.asking?.of ?? []) {
    const { ids, into } =
      ask.kind === 'user'
        ? { ids: round.memberIds, into: asked.users }
        : { ids: round.groupIds, into: asked.nesting };
    const member = numberOf(ids, ask.id);
    for (const id of await answerTo(store, run, ask)) {
      for (const group of knownGroup({ round, stored }, id)) {
        into.set(group, [...(into.get(group) ?? []), member]);
      }
    }
  }
  return asked;
}

function knownGroup(
  { round, stored }: { readonly round: FoldedRound; readonly stored: StoredMemberships },
  id: string,
): readonly number[] {
  const group = round.groupIds.find(id);
  const life = group === undefined ? undefined : (round.groups.get(group) ?? stored.facts.get(group))?.life;
  return group === undefined || life === undefined || life === 'gone' ? [] : [group];
}

/** Ids of the groups that the object is in; of other containers nothing is kept. */
async function answerTo(store: NestedDirectoryStore, run: SyncRun, ask: Ask): Promise<readonly string[]> {
  const groups: string[] = [];
  const pages = run.asking?.answered[askStream(ask)] ?? 0;
  for (let page = 0; page < pages; page++) {
    const staged = await stagedPage(store, run, { stream: askStream(ask), page });
    if (staged.kind !== 'members') continue;
    groups.push(...staged.items.filter(({ type }) => type === 'group').map(({ id }) => id));
  }
  return groups;
}
