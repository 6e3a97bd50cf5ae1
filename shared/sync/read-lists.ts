import type { GraphAnswer, GraphFault, GraphReader, GroupEntry, MemberEntry } from './graph-port.ts';
import type { NestedWrite } from './nested-store.ts';
import type { ReadPage } from './read-ahead.ts';
import { staged } from './read-graph.ts';
import type { StagedPage } from './round-records.ts';
import type { StreamName, SyncCommand } from './run-events.ts';
import type { SyncRun } from './run-records.ts';
import { stagedPage } from './staged-pages.ts';
import type { Done, Work } from './work.ts';

/** A deltaLink and no data: changes from now on. */
export async function readToken({ ports }: Work, { stream }: { stream: StreamName }): Promise<Done> {
  const from = { kind: 'now' } as const;
  const answer =
    stream === 'users' ? await ports.graph.usersDelta(from) : await ports.graph.groupsDelta(from);
  if (answer.kind === 'fault') return { event: answer, writes: [], calls: 1 };
  const { calls, resourceUnits, value } = answer;
  if (value.delta === undefined) {
    const detail = 'a delta from now on came without a deltaLink';
    return { event: { kind: 'fault', fault: { kind: 'malformed', detail } }, writes: [], calls: 1 };
  }
  return { event: { kind: 'token-read', stream, link: value.delta }, writes: [], calls, resourceUnits };
}

/** Groups and members on one staged page. */
const entriesPerPage = 250;
const membersPerPage = 1500;
/** Member lists under way at the same time; the pacer spends the tenant's budget on them. */
const listsAtOnce = 64;

export async function listPage(
  { ahead }: Work,
  run: SyncRun,
  { stream, link }: { stream: StreamName; link?: string },
): Promise<Done> {
  const answer: GraphAnswer<ReadPage> = await ahead.page(stream, link, 'list');
  if (answer.kind === 'fault') return { event: answer, writes: [], calls: 1 };
  const { calls, resourceUnits } = answer;
  const { page, fingerprint, next } = answer.value;
  const to = { run: run.id, stream, page: run[stream].pages };
  return staged({ page, to, calls, resourceUnits }, (pages) => ({
    kind: 'page-read',
    stream,
    page: { items: page.items.length, pages, fingerprint, ...(next === undefined ? {} : { next }) },
  }));
}

/** Members of all groups on one staged page, many lists at a time; a page of users is on its way meanwhile. */
export async function listMembers(
  { ports, ahead }: Work,
  run: SyncRun,
  { page }: Extract<SyncCommand, { kind: 'list-members' }>,
): Promise<Done> {
  const listed = await stagedPage(ports.store, run, { stream: 'groups', page });
  const groups = listed.kind === 'groups' ? listed.items.filter(({ kind }) => kind === 'present') : [];
  if (run.listing?.usersListed === false) ahead.begin('users', run.users.next, 'list');
  const lists = new MemberLists(ports.graph);
  await Promise.all(Array.from({ length: listsAtOnce }, (_, lane) => lists.readLane(groups, lane)));
  const { fault, calls, resourceUnits } = lists;
  if (fault !== undefined) return { event: { kind: 'fault', fault }, writes: [], calls, resourceUnits };
  const pages = memberPages(groups.flatMap(({ id }) => lists.entryOf(id)));
  return {
    event: { kind: 'members-listed', pages: pages.length, items: groups.length },
    writes: pages.map((items, index): NestedWrite => {
      const key = { run: run.id, stream: 'groups', page: run.groups.pages + index };
      return { kind: 'stage', key, page: { kind: 'groups', items } };
    }),
    calls,
    resourceUnits,
  };
}

type StagedGroup = Extract<Extract<StagedPage, { kind: 'groups' }>['items'][number], { kind: 'present' }>;

/** Lists read side by side; one that fails stops them all, and none is half taken. */
class MemberLists {
  readonly #graph: GraphReader;
  readonly #members = new Map<string, MemberEntry[]>();
  fault: GraphFault | undefined;
  calls = 0;
  resourceUnits = 0;

  constructor(graph: GraphReader) {
    this.#graph = graph;
  }

  async readLane(groups: readonly GroupEntry[], lane: number): Promise<void> {
    for (let index = lane; index < groups.length && this.fault === undefined; index += listsAtOnce) {
      const group = groups[index];
      if (group !== undefined) await this.#read(group.id);
    }
  }

  /** A group that is not there any more has no members to tell; the delta tells of its end. */
  entryOf(id: GroupEntry['id']): readonly StagedGroup[] {
    const members = this.#members.get(id);
    return members === undefined ? [] : [{ kind: 'present', id, fields: {}, members }];
  }

  async #read(id: GroupEntry['id']): Promise<void> {
    const members: MemberEntry[] = [];
    let link: string | undefined;
    do {
      const answer = await this.#graph.groupMembers(id, link);
      if (answer.kind === 'fault') {
        this.calls++;
        if (answer.fault.kind !== 'not-found' || link !== undefined) this.fault ??= answer.fault;
        return;
      }
      this.calls += answer.calls;
      this.resourceUnits += answer.resourceUnits;
      for (const member of answer.value.items) members.push(member);
      link = answer.value.next;
    } while (link !== undefined && this.fault === undefined);
    this.#members.set(id, members);
  }
}

function memberPages(groups: readonly StagedGroup[]): readonly StagedGroup[][] {
  const pages: StagedGroup[][] = [];
  let room = 0;
  for (const { members = [], ...group } of groups) {
    for (let start = 0; start === 0 || start < members.length; start += membersPerPage) {
      const slice = members.slice(start, start + membersPerPage);
      if (room < slice.length + 1) {
        pages.push([]);
        room = membersPerPage + entriesPerPage;
      }
      pages.at(-1)?.push({ ...group, members: slice });
      room -= slice.length + 6;
    }
  }
  return pages;
}
