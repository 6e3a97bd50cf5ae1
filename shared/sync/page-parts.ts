import type { GraphFault } from './graph-port.ts';
import type { StagedPage } from './round-records.ts';

export type PageParts =
  | { readonly kind: 'parts'; readonly parts: readonly StagedPage[] }
  | { readonly kind: 'fault'; readonly fault: GraphFault };

/**
 * A page of any size as pages that fit a row each, in the same order; none of a page without items. Graph decides how much is on a
 * page, and its bodies may be many times larger than a row.
 */
export function partsOfPage(page: StagedPage): PageParts {
  switch (page.kind) {
    case 'users':
      return packed(page.items, (items) => ({ kind: 'users', items }));
    case 'groups':
      return packed(page.items.flatMap(bySlices), (items) => ({ kind: 'groups', items }));
    case 'members': {
      const parts = slicesOf(page.items).map((items) => ({ kind: 'members' as const, items }));
      return { kind: 'parts', parts };
    }
  }
}

type UserItem = Extract<StagedPage, { kind: 'users' }>['items'][number];
type GroupItem = Extract<StagedPage, { kind: 'groups' }>['items'][number];

/** JSON of a part, and of an object without its members, in characters; about that of a member. */
const partLengthMax = 200_000;
const objectLengthMax = 100_000;
const memberLength = 75;
const membersAtOnce = 2500;
/** What a part names is read from the store beside it, and the members of its groups are listed together. */
const objectsAtOnce = 250;

/** Graph itself names a group again and again, with some of its members each time (graph.md §1.2). */
function bySlices(group: GroupItem): readonly GroupItem[] {
  if (group.kind === 'removed' || group.members === undefined || group.members.length <= membersAtOnce)
    return [group];
  const { kind, id } = group;
  return slicesOf(group.members).map((members, slice) =>
    slice === 0 ? { ...group, members } : { kind, id, fields: {}, members },
  );
}

const slicesOf = <T>(items: readonly T[]): readonly T[][] =>
  Array.from({ length: Math.ceil(items.length / membersAtOnce) }, (_, slice) =>
    items.slice(slice * membersAtOnce, (slice + 1) * membersAtOnce),
  );

function packed<T extends UserItem | GroupItem>(
  items: readonly T[],
  pageOf: (items: T[]) => StagedPage,
): PageParts {
  const parts: T[][] = [];
  let room = 0;
  for (const item of items) {
    const length = lengthOf(item);
    if (length > objectLengthMax) {
      const detail = `an object of ${length} characters, at most ${objectLengthMax} are kept`;
      return { kind: 'fault', fault: { kind: 'malformed', detail } };
    }
    const taken = length + membersOf(item) * memberLength;
    let part = parts.at(-1);
    if (part === undefined || taken > room || part.length === objectsAtOnce) {
      part = [];
      parts.push(part);
      room = partLengthMax;
    }
    part.push(item);
    room -= taken;
  }
  return { kind: 'parts', parts: parts.map(pageOf) };
}

const lengthOf = (item: UserItem | GroupItem): number =>
  memberLength + (item.kind === 'present' ? JSON.stringify(item.fields).length : 0);

const membersOf = (item: UserItem | GroupItem): number =>
  'members' in item ? (item.members?.length ?? 0) : 0;
