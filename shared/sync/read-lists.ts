import type { GraphAnswer, GraphReader } from './graph-port.ts';
import { MemberLists } from './member-lists.ts';
import type { NestedWrite } from './nested-store.ts';
import type { ReadPage } from './read-ahead.ts';
import { staged } from './read-graph.ts';
import { isGivenUp } from './retried-step.ts';
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
  if (answer.kind === 'fault') return { event: answer, writes: [] };
  const { value } = answer;
  if (value.delta === undefined) {
    const detail = 'a delta from now on came without a deltaLink';
    return { event: { kind: 'fault', fault: { kind: 'malformed', detail } }, writes: [] };
  }
  return { event: { kind: 'token-read', stream, link: value.delta }, writes: [] };
}

/** Groups and members on one staged page. */
const entriesPerPage = 250;
const membersPerPage = 1500;

export async function listPage(
  { ahead }: Work,
  run: SyncRun,
  { stream, link }: { stream: StreamName; link?: string },
): Promise<Done> {
  const answer: GraphAnswer<ReadPage> = await ahead.page(stream, link, 'list');
  if (answer.kind === 'fault') return { event: answer, writes: [] };
  const { page, fingerprint, next } = answer.value;
  const to = { run: run.id, stream, page: run[stream].pages };
  return staged({ page, to }, (pages) => ({
    kind: 'page-read',
    stream,
    page: { items: page.items.length, pages, fingerprint, ...(next === undefined ? {} : { next }) },
  }));
}

/** Seconds after which what was listed is checkpointed, and orders are looked for. */
const listSeconds = 10;

/** Members of groups on one staged page, many lists at a time; a page of users is on its way meanwhile. */
export async function listMembers(
  { ports, ahead, deadline }: Work,
  run: SyncRun,
  { page }: Extract<SyncCommand, { kind: 'list-members' }>,
): Promise<Done> {
  const listed = await stagedPage(ports.store, run, { stream: 'groups', page });
  const groups = listed.kind === 'groups' ? listed.items.filter(({ kind }) => kind === 'present') : [];
  if (run.listing?.usersListed === false) ahead.begin('users', run.users.next, 'list');
  const until = Math.min(deadline, ports.now() + listSeconds * 1000);
  const isTime = () => ports.now() >= until;
  const lists = new MemberLists(ports.graph, groups, { progress: run.listing?.members, isTime });
  await lists.read();
  await giveUpSome(ports.graph, run, lists);
  const { fault, endless, progress, unlisted } = lists;
  const pages = memberPages(lists.groups);
  return {
    event: {
      kind: 'members-listed',
      ...{ items: lists.finished, pages: pages.length, pagesRead: lists.pagesRead },
      ...(progress === undefined ? {} : { progress }),
      ...(fault === undefined ? {} : { fault }),
      ...(endless === undefined ? {} : { endless }),
      ...(unlisted.length === 0 ? {} : { unlisted }),
    },
    writes: pages.map((items, index): NestedWrite => {
      const key = { run: run.id, stream: 'groups', page: run.groups.pages + index };
      return { kind: 'stage', key, page: { kind: 'groups', items } };
    }),
  };
}

/** A few groups of which Graph has no list must not stop all others; where it answers nothing at all, that is waited out. */
async function giveUpSome(graph: GraphReader, run: SyncRun, lists: MemberLists): Promise<void> {
  const { fault } = lists;
  if (fault === undefined || !isGivenUp(run, fault)) return;
  if ((await graph.organization()).kind === 'read') lists.giveUp();
}

type StagedGroup = Extract<Extract<StagedPage, { kind: 'groups' }>['items'][number], { kind: 'present' }>;

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
