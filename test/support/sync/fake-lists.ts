import type { JsonObject } from '../../../shared/model/json.ts';
import type { GraphAnswer, ListPage, MemberEntry, MemberToAsk } from '../../../shared/sync/graph-port.ts';
import { faulty, forbidden, notFound, pageAfter, read } from './fake-answers.ts';
import type { FakeMoods } from './fake-moods.ts';
import { shownMembers } from './tenant-delta.ts';

/** Live objects by id, a few to a page. */
export function objectList<Id extends string>(
  moods: FakeMoods,
  resource: 'users' | 'groups',
  link = '',
): GraphAnswer<ListPage<{ readonly kind: 'present'; readonly id: Id; readonly fields: JsonObject }>> {
  if (!moods.tenant.permissions[resource]) return forbidden;
  const fault = moods.listFault(link);
  if (fault !== undefined) return faulty(fault);
  const objects = moods.replica(moods.faults.laggingLists)[resource];
  return read(
    pageAfter(link, [...objects.keys()], (id) => {
      const { life, fields } = objects.get(id) ?? { life: 'gone', fields: {} };
      return life === 'live' ? [{ kind: 'present' as const, id: id as Id, fields }] : [];
    }),
  );
}

export function memberList(moods: FakeMoods, id: string, link = ''): GraphAnswer<ListPage<MemberEntry>> {
  const { permissions } = moods.tenant;
  if (!permissions.groups) return forbidden;
  const fault = moods.listFault(link);
  if (fault !== undefined) return faulty(fault);
  const state = moods.replica(moods.faults.laggingLists);
  const group = state.groups.get(id);
  if (group?.life !== 'live' || moods.chance(moods.faults.listsNotFound)) return notFound('no such group');
  const members = new Map(
    shownMembers(state, group, permissions.hiddenMembers).map((member) => [member.id, member]),
  );
  return read(pageAfter(link, [...members.keys()], (member) => members.get(member) ?? []));
}

export function groupsOf(
  moods: FakeMoods,
  { kind, id }: MemberToAsk,
  link = '',
): GraphAnswer<ListPage<MemberEntry>> {
  const fault = moods.listFault(link);
  if (fault !== undefined) return faulty(fault);
  const { users, groups } = moods.replica(moods.faults.staleAnswers);
  if ((kind === 'user' ? users : groups).get(id)?.life !== 'live') return notFound('no such object');
  const holders = [...groups].filter(([, { life, members }]) => life === 'live' && members.has(id));
  return read(
    pageAfter(link, [administrativeUnit, ...holders.map(([holder]) => holder)], (holder) => [
      { id: holder, type: holder === administrativeUnit ? 'other' : 'group', removed: false },
    ]),
  );
}

/** Objects are in more than groups. */
const administrativeUnit = '77777777-0000-4000-8000-000000000000';
