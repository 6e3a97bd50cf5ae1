import { askStream } from './asking.ts';
import type { FoldedRound } from './fold-round.ts';
import type { NestedDirectoryStore } from './nested-store.ts';
import { numberOf } from './round-ids.ts';
import type { Ask, SyncRun } from './run-records.ts';
import { stagedPage } from './staged-pages.ts';
import type { StoredMemberships } from './stored-memberships.ts';

/** Memberships that objects were found to have when they became live: members of each group, and children of each parent. */
export interface AskedGroups {
  /** What each object that was asked for answered, known groups only. */
  readonly answers: readonly {
    readonly kind: Ask['kind'];
    readonly member: number;
    readonly groups: ReadonlySet<number>;
  }[];
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
  const answers: AskedGroups['answers'][number][] = [];
  for (const ask of run.asking?.of ?? []) {
    const { ids, into } =
      ask.kind === 'user'
        ? { ids: round.memberIds, into: asked.users }
        : { ids: round.groupIds, into: asked.nesting };
    const member = numberOf(ids, ask.id);
    const answer = await answerTo(store, run, ask);
    if (answer === undefined) continue;
    const groups = new Set(answer.flatMap((id) => knownGroup({ round, stored }, id)));
    for (const group of groups) into.set(group, [...(into.get(group) ?? []), member]);
    answers.push({ kind: ask.kind, member, groups });
  }
  return { ...asked, answers };
}

/**
 * Memberships in live groups, by what is stored, that an object was not answered to have: of the soft-deleted nothing shows that they
 * were taken out of a group meanwhile. One answer may lag, so that the lists of the next round have the last word.
 */
export function* membershipsInDoubt(
  { answers }: AskedGroups,
  { round, stored }: { readonly round: FoldedRound; readonly stored: StoredMemberships },
): Iterable<{ readonly kind: Ask['kind']; readonly group: number; readonly member: number }> {
  for (const { kind, member, groups } of answers) {
    for (const group of kind === 'user' ? stored.groupsOf(member) : stored.parentsOf(member)) {
      const isLive = (round.groups.get(group) ?? stored.facts.get(group))?.life === 'live';
      if (isLive && !groups.has(group)) yield { kind, group, member };
    }
  }
}

function knownGroup(
  { round, stored }: { readonly round: FoldedRound; readonly stored: StoredMemberships },
  id: string,
): readonly number[] {
  const group = round.groupIds.find(id);
  const life = group === undefined ? undefined : (round.groups.get(group) ?? stored.facts.get(group))?.life;
  return group === undefined || life === undefined || life === 'gone' ? [] : [group];
}

/** Ids of the groups that the object is in; of other containers nothing is kept. Undefined without a complete answer. */
async function answerTo(
  store: NestedDirectoryStore,
  run: SyncRun,
  ask: Ask,
): Promise<readonly string[] | undefined> {
  const groups: string[] = [];
  const pages = run.asking?.answered[askStream(ask)];
  if (pages === undefined) return undefined;
  for (let page = 0; page < pages; page++) {
    const staged = await stagedPage(store, run, { stream: askStream(ask), page });
    if (staged.kind !== 'members') continue;
    groups.push(...staged.items.filter(({ type }) => type === 'group').map(({ id }) => id));
  }
  return groups;
}
