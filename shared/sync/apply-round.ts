import { groupRows } from './apply-groups.ts';
import { type DecisionPlaces, noneDecided } from './apply-records.ts';
import { userRows } from './apply-users.ts';
import { DecidedItems, untaken } from './decided-items.ts';
import type { NestedDirectoryStore, NestedWrite } from './nested-store.ts';
import { itemWrites, pageWrites } from './page-writes.ts';
import type { RoundReader } from './round-reader.ts';
import type { JournalPart } from './round-records.ts';
import type { SyncRun } from './run-records.ts';

/** Units of an apply phase: pages of users, pages of groups, then journal parts. */
export const unitsOf = (run: SyncRun) => run.users.pages + run.groups.pages + (run.plan?.parts ?? 0);

export interface Unit {
  readonly writes: readonly NestedWrite[];
  /** Decisions that have gone with pages when it is true. */
  readonly decisions: DecisionPlaces;
}

interface Applying {
  readonly store: NestedDirectoryStore;
  readonly run: SyncRun;
  readonly reader: RoundReader;
  readonly decisions: DecisionPlaces;
}

/**
 * Writes that make the unit at hand true. Repeating a unit is harmless: what is true already is not written again, or written as
 * it was. An outbox entry goes before its row, so that a death between two commits tells it again rather than not at all.
 */
export async function unitAtHand(
  store: NestedDirectoryStore,
  run: SyncRun,
  reader: RoundReader,
): Promise<Unit> {
  const applying: Applying = { store, run, reader, decisions: run.decisions ?? noneDecided };
  const groupPage = run.applied - run.users.pages;
  if (groupPage < 0) return await userPage(applying, run.applied);
  if (groupPage < run.groups.pages) return await ofGroupPage(applying, groupPage);
  const part = groupPage - run.groups.pages;
  return { writes: await partWrites(applying, part), decisions: applying.decisions };
}

async function userPage({ store, run, reader, decisions }: Applying, number: number): Promise<Unit> {
  const page = await reader.page('users', number);
  const decided = new DecidedItems(
    { parts: run.plan?.layout?.userParts ?? 0, place: decisions.users },
    async (part) => itemsOf('users', await reader.part(part)),
  );
  const items = page.kind === 'users' ? page.items : [];
  const writes = await pageWrites(run, userRows(store, run), { items, decided });
  return { writes, decisions: { ...decisions, users: decided.place } };
}

async function ofGroupPage({ store, run, reader, decisions }: Applying, number: number): Promise<Unit> {
  const page = await reader.page('groups', number);
  const { userParts = 0, groupParts = 0 } = run.plan?.layout ?? {};
  const decided = new DecidedItems({ parts: groupParts, place: decisions.groups }, async (part) =>
    itemsOf('groups', await reader.part(userParts + part)),
  );
  const items = page.kind === 'groups' ? page.items : [];
  const writes = await pageWrites(run, groupRows(store, run), { items, decided });
  return { writes, decisions: { ...decisions, groups: decided.place } };
}

type PartAbout<Kind extends 'users' | 'groups'> = Extract<JournalPart, { readonly kind: Kind }>;

function itemsOf<Kind extends 'users' | 'groups'>(kind: Kind, part: JournalPart): PartAbout<Kind>['items'] {
  if (part.kind !== kind) throw new Error(`a journal part about ${part.kind} where ${kind} were to be`);
  return part.items as PartAbout<Kind>['items'];
}

async function partWrites(applying: Applying, number: number): Promise<readonly NestedWrite[]> {
  const { store, run, reader, decisions } = applying;
  if (isTaken(applying, number)) return [];
  const part = await reader.part(number);
  const layout = run.plan?.layout;
  switch (part.kind) {
    case 'users':
      return await itemWrites(userRows(store, run), untaken(part.items, number, decisions.users));
    case 'groups': {
      const items = untaken(part.items, number - (layout?.userParts ?? 0), decisions.groups);
      return await itemWrites(groupRows(store, run), items);
    }
    case 'members':
      return part.items.map(({ isFirst = false, ...item }) => ({
        kind: 'members',
        ...item,
        isFirst: isFirst && layout?.isBlank === true,
      }));
    case 'groups-of':
      return part.items.map(({ isSlice = false, ...item }) => ({
        kind: 'groups-of',
        ...item,
        isFirst: !isSlice && layout?.isBlank === true,
      }));
    case 'held': {
      const { group, members, slice } = part;
      return [{ kind: 'held-members', group, members, ...(slice && { slice }) }];
    }
    case 'outbox':
      return [{ kind: 'outbox', entry: part.entry }];
    case 'entries':
      return part.entries.map((entry) => ({ kind: 'outbox', entry }));
  }
}

/** All of the part went with pages: it need not even be read. */
function isTaken({ run, decisions }: Applying, part: number): boolean {
  const { userParts = 0, groupParts = 0 } = run.plan?.layout ?? {};
  if (part < userParts) return part < decisions.users.part;
  return part < userParts + groupParts && part - userParts < decisions.groups.part;
}
