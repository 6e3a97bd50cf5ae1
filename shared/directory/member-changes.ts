import type { GroupId, MemberRef } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import { memberOf } from '../model/new-ids.ts';
import { excerpt, Refusal } from '../model/refusal.ts';
import type { ScimSettings } from '../scim/exchange.ts';
import { isNoEdit, type MembersEdit } from '../scim/patch.ts';
import type { DirectoryContext } from './directory-context.ts';
import type { DirectoryStore, MembersChange } from './directory-store.ts';
import { allMembers } from './group-memberships.ts';
import { memberElement } from './resources.ts';
import { sideBySide } from './side-by-side.ts';

/** A membership change as it has to be written, and the ids of it that no member can have. */
export interface PlannedMembers {
  readonly change: MembersChange;
  readonly unknown: readonly string[];
  /** The change was made against the members as read: it holds only for the group's version of that moment. */
  readonly exact: boolean;
}

const unchanged: MembersChange = { replace: false, add: [], remove: [] };

export const isUnchanged = ({ replace, add, remove }: MembersChange) =>
  !replace && add.length === 0 && remove.length === 0;

/** Ids as members, each once, and what cannot be one. */
export function membersOf(ids: readonly string[]) {
  const members = new Map<string, MemberRef>();
  const unknown: string[] = [];
  for (const id of ids) {
    const member = memberOf(id);
    if (member) members.set(member.id, member);
    else unknown.push(id);
  }
  return { members: [...members.values()], unknown };
}

/**
 * What has to be written for an edit. Members that are there already, or gone already, are left to the store, which finds
 * them by itself: most requests name none, and need no look at any membership.
 * A replacement reads all members, for the difference; after lost races (`attempt` > 3) it is left to the store whole.
 */
export async function plannedMembers(
  store: DirectoryStore,
  context: DirectoryContext,
  asked: { readonly group: GroupId; readonly edit: MembersEdit; readonly attempt: number },
): Promise<PlannedMembers> {
  const { group, edit, attempt } = asked;
  if (isNoEdit(edit)) return { change: unchanged, unknown: [], exact: false };
  const { members: add, unknown } = membersOf(edit.add);
  if (edit.replace) {
    const planned = await replacement(store, context, { group, add, attempt });
    return { ...planned, unknown };
  }
  const named = membersOf(edit.remove).members;
  const matching = edit.removeWhere
    ? (await allMembers(store, context, group)).filter((member) => edit.removeWhere?.(memberElement(member)))
    : [];
  const adding = new Set(add.map(({ id }) => id as string));
  const remove = unique([...named, ...matching].filter(({ id }) => !adding.has(id)));
  return { change: { replace: false, add, remove }, unknown, exact: false };
}

/** Refusal `invalid-value` for members that are not in the directory, where its settings say so. */
export async function assertKnown(
  store: DirectoryStore,
  context: DirectoryContext,
  asked: {
    readonly settings: ScimSettings;
    readonly add: readonly MemberRef[];
    readonly unknown: readonly string[];
  },
): Promise<void> {
  if (asked.settings.unknownMembers !== 'reject') return;
  const missing = await sideBySide(asked.add, async (member) =>
    (await isThere(store, context, member)) ? [] : [member.id as string],
  );
  const [first, ...others] = [...asked.unknown, ...missing.flat()];
  if (first === undefined) return;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  throw new Refusal('invalid-value', `members: ${excerpt(first)}${more} not in this directory.`);
}

async function replacement(
  store: DirectoryStore,
  context: DirectoryContext,
  asked: { readonly group: GroupId; readonly add: readonly MemberRef[]; readonly attempt: number },
): Promise<Omit<PlannedMembers, 'unknown'>> {
  const { group, add, attempt } = asked;
  const isClear = add.length === 0;
  if (isClear && (await isEmpty(store, context, group))) return { change: unchanged, exact: false };
  if (isClear || attempt > limits.writeAttemptsMax / 2) {
    return { change: { replace: true, add, remove: [] }, exact: false };
  }
  const old = await allMembers(store, context, group);
  const isOld = new Set(old.map(({ id }) => id as string));
  const isNew = new Set(add.map(({ id }) => id as string));
  const change = {
    replace: false,
    add: add.filter(({ id }) => !isOld.has(id)),
    remove: old.filter(({ id }) => !isNew.has(id)),
    before: old.length,
  };
  return { change, exact: !isUnchanged(change) };
}

async function isEmpty(store: DirectoryStore, context: DirectoryContext, group: GroupId): Promise<boolean> {
  const { members } = await store.members(context.directory, group, { limit: 1 });
  return members.length === 0;
}

const isThere = async (store: DirectoryStore, context: DirectoryContext, member: MemberRef) =>
  member.kind === 'user'
    ? (await store.user(context.directory, member.id)) !== undefined
    : (await store.group(context.directory, member.id)) !== undefined;

const unique = (members: readonly MemberRef[]) => [...new Map(members.map((it) => [it.id, it])).values()];
