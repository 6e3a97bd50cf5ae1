import type { DirectoryGroup } from '../model/directory-object.ts';
import type { GroupId, MemberRef } from '../model/ids.ts';
import { assertWritable } from '../scim/entity-tags.ts';
import type { ScimSettings } from '../scim/exchange.ts';
import type { MembersEdit, PatchOutcome } from '../scim/patch.ts';
import type { DroppedMembers, Target, WriteTerms } from '../scim/scim-directory.ts';
import { type DirectoryContext, timestamp } from './directory-context.ts';
import type { DirectoryStore } from './directory-store.ts';
import { assertKnown, isUnchanged, type PlannedMembers, plannedMembers } from './member-changes.ts';
import { groupResource, indexedGroup } from './resources.ts';
import { groupIdOf, notFound } from './target-ids.ts';
import { untilWritten } from './write-attempts.ts';

/** A change of a group's attributes, of its members, or of both as one. */
export interface GroupRequest {
  readonly newsOf: (before: DirectoryGroup) => PatchOutcome;
  /** The edit of the members, when it is known without the group: it is then looked up beside the group. */
  readonly members?: MembersEdit;
}

export interface ChangedGroup {
  readonly group: DirectoryGroup;
  /** Members of the request that are not in the directory. */
  readonly unknown: readonly string[];
  /** Of a replacement that took members away. */
  readonly dropped?: DroppedMembers;
}

interface Change {
  readonly target: Target;
  readonly id: GroupId;
  readonly terms: WriteTerms;
  readonly request: GroupRequest;
  readonly settings: ScimSettings;
}

/** Applies a change to groups of one directory; without effect nothing is written and the version stays. */
export function groupChanges(store: DirectoryStore, context: DirectoryContext) {
  const { directory } = context;

  /** Adds and removes of members race nobody; all else takes its turn and repeats when it lost a race. */
  async function change(target: Target, terms: WriteTerms, request: GroupRequest): Promise<ChangedGroup> {
    const id = groupIdOf(target);
    const settings = await context.settings();
    const attempt = (number: number) => attempted({ target, id, terms, request, settings }, number);
    if (request.members && !request.members.replace) return untilWritten(context, attempt);
    return context.memory.queues.take(`${directory}|${id}`, () => untilWritten(context, attempt));
  }

  async function attempted(asked: Change, number: number): Promise<ChangedGroup | undefined> {
    const { target, id, terms, request, settings } = asked;
    const planOf = (edit: MembersEdit) =>
      plannedMembers(store, context, { group: id, edit, attempt: number });
    const [before, early] = await Promise.all([
      current(target),
      // A replacement is a difference to the group as it was read before its members.
      request.members && !request.members.replace ? planOf(request.members) : undefined,
    ]);
    assertWritable(terms.on, groupResource(before).version);
    const news = request.newsOf(before);
    const planned = early ?? (await planOf(news.members));
    await assertKnown(store, context, { settings, add: planned.change.add, unknown: planned.unknown });
    if (!news.changed && isUnchanged(planned.change)) return { group: before, unknown: planned.unknown };
    await announceNesting(context, settings, planned.change.add);
    const isExact = planned.exact || terms.on.ifMatch !== undefined;
    return written(before, { news, planned, isExact, settings });
  }

  async function written(before: DirectoryGroup, how: HowToWrite): Promise<ChangedGroup | undefined> {
    const { news, planned, isExact, settings } = how;
    const at = timestamp(context);
    const { attributes, raw } = news;
    const after = { ...before, version: before.version + 1, lastModified: at, attributes, raw };
    if (news.changed) context.memory.positions.forget(directory, 'group');
    const outcome = await store.changeGroup(directory, {
      before: indexedGroup(before),
      ...(news.changed ? { after: indexedGroup(after) } : {}),
      members: planned.change,
      exact: isExact,
      at,
    });
    if (!outcome) return undefined;
    const { group, removed, before: members } = outcome;
    const unknown = [...planned.unknown, ...outcome.unknown.map(({ id }) => id)];
    if (members === undefined || removed === 0) return { group, unknown };
    return {
      group,
      unknown,
      dropped: { removed, before: members, isLarge: isLarge(removed, members, settings) },
    };
  }

  async function current(target: Target): Promise<DirectoryGroup> {
    const group = await store.group(directory, groupIdOf(target));
    if (!group) throw notFound(target);
    return group;
  }

  return { change, current };
}

interface HowToWrite {
  readonly news: PatchOutcome;
  readonly planned: PlannedMembers;
  readonly isExact: boolean;
  readonly settings: ScimSettings;
}

/** XE-06: both thresholds have to be passed, so that small groups may change as a whole. */
const isLarge = (
  removed: number,
  before: number,
  { largeRemovalMembers, largeRemovalPercent }: ScimSettings,
): boolean => removed > largeRemovalMembers && removed * 100 > largeRemovalPercent * before;

/** Before a group first becomes a member of a group, the directory is marked: from then on nesting is looked up. */
export async function announceNesting(
  context: DirectoryContext,
  settings: ScimSettings,
  members: readonly MemberRef[],
): Promise<void> {
  if (!settings.nesting && members.some(({ kind }) => kind === 'group')) await context.onNesting();
}
