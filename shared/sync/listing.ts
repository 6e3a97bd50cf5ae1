import { newTrail } from './endless-round.ts';
import type { MembersListed, PageSummary, StreamName, SyncCommand } from './run-events.ts';
import type { Listing, StreamCursor, SyncRun } from './run-records.ts';
import type { NestedSettings } from './settings.ts';
import type { SyncState } from './sync-state.ts';

/** From this size on the lists are worth their many calls whatever the settings say. */
const largeUsers = 100_000;

export const newListing: Listing = {
  tokens: {},
  usersListed: false,
  groupsListed: false,
  groupPages: 0,
  membersOf: 0,
};

/** Whether a directory without tokens is read by lists. */
export const isListed = ({ baseline }: NestedSettings, { counts }: SyncState) =>
  baseline === 'lists' || (counts?.users ?? 0) >= largeUsers;

/** Tokens first, then groups, then users and the members of groups in turn (graph.md §5.1). */
export function listingCommand(run: SyncRun, listing: Listing): SyncCommand {
  for (const stream of ['users', 'groups'] as const) {
    if (listing.tokens[stream] === undefined) return { kind: 'read-token', stream };
  }
  const { next } = run.groups;
  if (!listing.groupsListed)
    return { kind: 'list-page', stream: 'groups', ...(next === undefined ? {} : { link: next }) };
  const hasMembers = listing.membersOf < listing.groupPages;
  if (hasMembers && (listing.usersListed || run.lastRead === 'users')) {
    return { kind: 'list-members', page: listing.membersOf };
  }
  const link = run.users.next;
  return { kind: 'list-page', stream: 'users', ...(link === undefined ? {} : { link }) };
}

export const withToken = (
  run: SyncRun,
  listing: Listing,
  token: { stream: StreamName; link: string },
): SyncRun => ({
  ...run,
  listing: { ...listing, tokens: { ...listing.tokens, [token.stream]: token.link } },
});

/** After a page of objects was listed. */
export function listedOn(run: SyncRun, name: StreamName, page: PageSummary): SyncRun {
  const { listing } = run;
  if (listing === undefined || page.next !== undefined) return run;
  const listed =
    name === 'users' ? { usersListed: true } : { groupsListed: true, groupPages: run.groups.pages };
  return complete({ ...run, listing: { ...listing, ...listed } });
}

/** After members of one page of groups were listed: all of them, or as far as it says. */
export function membersListed(
  run: SyncRun,
  { pages, items, progress, unlisted = [] }: MembersListed,
): SyncRun {
  if (run.listing === undefined) return run;
  const { members: _, ...before } = run.listing;
  const listing =
    unlisted.length === 0 ? before : { ...before, unlisted: [...(before.unlisted ?? []), ...unlisted] };
  const { groups } = run;
  return complete({
    ...run,
    lastRead: 'groups',
    groups: { ...groups, pages: groups.pages + pages, items: groups.items + items },
    listing:
      progress === undefined
        ? { ...listing, membersOf: listing.membersOf + 1 }
        : { ...listing, members: progress },
  });
}

/** When all is listed, both streams go on as deltas from the moment before the lists. */
function complete({ listing, ...run }: SyncRun): SyncRun {
  if (listing === undefined) return run;
  const { tokens, usersListed, groupsListed, groupPages, membersOf, unlisted } = listing;
  const isComplete = usersListed && groupsListed && membersOf >= groupPages;
  if (!isComplete || tokens.users === undefined || tokens.groups === undefined) return { ...run, listing };
  return {
    ...run,
    users: replaying(run.users, tokens.users),
    groups: replaying(run.groups, tokens.groups),
    ...(unlisted === undefined ? {} : { unlisted }),
  };
}

const replaying = (cursor: StreamCursor, token: string): StreamCursor => ({
  ...cursor,
  start: token,
  next: token,
  listed: true,
  listedPages: cursor.pages,
  ...newTrail,
});

/** A change that one replica had before the token and another had not at the list is in neither: it is in a later replay. */
const replayedForMilliseconds = 15 * 60 * 1000;

/** The tokens to read from next, when they are to be read from once more. */
export function replayAfter(state: SyncState, run: SyncRun): SyncState['replay'] {
  const { users, groups } = run;
  if (
    users.listed === true &&
    groups.listed === true &&
    users.start !== undefined &&
    groups.start !== undefined
  ) {
    return { users: users.start, groups: groups.start, at: Date.parse(run.finishedAt ?? run.startedAt) };
  }
  const { replay } = state;
  const isAnew = users.baseline || groups.baseline;
  if (replay === undefined || isAnew || Date.parse(run.startedAt) >= replay.at + replayedForMilliseconds)
    return undefined;
  return replay;
}
