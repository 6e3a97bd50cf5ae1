import { askStream } from './asking.ts';
import { checkTenant, lastCheck } from './check-tenant.ts';
import { fingerprintOf } from './endless-round.ts';
import type { GraphAnswer, GraphReader, MemberEntry } from './graph-port.ts';
import { listStream } from './listed-groups.ts';
import { lostConsent } from './lost-permissions.ts';
import type { NestedWrite, StagedKey } from './nested-store.ts';
import { partsOfPage } from './page-parts.ts';
import type { ReadPage } from './read-ahead.ts';
import { isListGivenUp } from './retried-step.ts';
import type { StagedPage } from './round-records.ts';
import type { PageSummary, StreamName, SyncCommand, SyncEvent } from './run-events.ts';
import type { SyncRun } from './run-records.ts';
import type { Done, Work } from './work.ts';

export async function check({ ports, state }: Work, run: SyncRun): Promise<Done> {
  const now = ports.now();
  const known = lastCheck(run, state, now);
  if (known !== undefined) return { event: { kind: 'checked', checked: known }, writes: [] };
  const outcome = await checkTenant(ports.graph, { run, state, now });
  return { event: outcome, writes: [] };
}

export async function readPage(
  { ports, state, ahead, deadline }: Work,
  run: SyncRun,
  { stream, link }: { stream: StreamName; link?: string },
): Promise<Done> {
  const reading = ahead.page(stream, link);
  const other = stream === 'users' ? 'groups' : 'users';
  if (run[other].delta === undefined && ports.now() < deadline) ahead.begin(other, run[other].next);
  const answer = await reading;
  const isRefused = answer.kind === 'fault' && answer.fault.kind === 'forbidden';
  const lost = isRefused ? await lostConsent(ports.graph, state) : undefined;
  return lost === undefined ? pageDone(run, stream, answer) : { event: lost, writes: [] };
}

function pageDone(run: SyncRun, stream: StreamName, answer: GraphAnswer<ReadPage>): Done {
  if (answer.kind === 'fault') return { event: answer, writes: [] };
  const { page, fingerprint, next, delta } = answer.value;
  if ((next === undefined) === (delta === undefined)) {
    const detail = 'a delta page carries either a nextLink or a deltaLink';
    return { event: { kind: 'fault', fault: { kind: 'malformed', detail } }, writes: [] };
  }
  return staged({ page, to: { run: run.id, stream, page: run[stream].pages } }, (pages) => ({
    kind: 'page-read',
    stream,
    page: {
      items: page.items.length,
      pages,
      fingerprint,
      ...(next === undefined ? {} : { next }),
      ...(delta === undefined ? {} : { delta }),
    },
  }));
}

interface Read {
  readonly page: StagedPage;
  /** Where its first part goes. */
  readonly to: StagedKey;
}

/** What was read with the pages it is staged as, whose number its event has to tell. */
export function staged({ page, to }: Read, eventOf: (pages: number) => SyncEvent): Done {
  const split = partsOfPage(page);
  if (split.kind === 'fault') return { event: split, writes: [] };
  const writes = split.parts.map((part, index): NestedWrite => {
    return { kind: 'stage', key: { ...to, page: to.page + index }, page: part };
  });
  return { event: eventOf(split.parts.length), writes };
}

export async function readList(
  { ports }: Work,
  run: SyncRun,
  { group, link }: Extract<SyncCommand, { kind: 'read-list' }>,
): Promise<Done> {
  const answer = await ports.graph.groupMembers(group, link);
  if (answer.kind === 'fault') return { event: await withoutList(ports.graph, run, answer), writes: [] };
  const { items, next } = answer.value;
  const to = { run: run.id, stream: listStream(group), page: run.reread.pages };
  const page: StagedPage = { kind: 'members', items: [...items] };
  return staged({ page, to }, (pages) => ({
    kind: 'list-read',
    page: summaryOf(items, { pages, next }),
  }));
}

/** One group of which Graph has no answer must not stop the directory; an outage is waited out. */
async function withoutList(
  graph: GraphReader,
  run: SyncRun,
  answer: Extract<SyncEvent, { kind: 'fault' }>,
): Promise<SyncEvent> {
  if (!isListGivenUp(run, answer.fault)) return answer;
  const isThere = (await graph.organization()).kind === 'read';
  return isThere ? { kind: 'list-unanswered' } : answer;
}

export async function askGroups(
  { ports }: Work,
  run: SyncRun,
  { ask, link }: Extract<SyncCommand, { kind: 'ask-groups' }>,
): Promise<Done> {
  const answer = await ports.graph.groupsOf?.(ask, link);
  if (answer === undefined) throw new Error('a reader without groupsOf was asked for groups');
  if (answer.kind === 'fault') return { event: answer, writes: [] };
  const { items, next } = answer.value;
  const to = { run: run.id, stream: askStream(ask), page: run.asking?.pages ?? 0 };
  const page: StagedPage = { kind: 'members', items: [...items] };
  return staged({ page, to }, (pages) => ({
    kind: 'answer-read',
    page: summaryOf(items, { pages, next }),
  }));
}

const summaryOf = (
  items: readonly MemberEntry[],
  { pages, next }: { readonly pages: number; readonly next: string | undefined },
): PageSummary => ({
  items: items.length,
  pages,
  fingerprint: fingerprintOf(items),
  ...(next === undefined ? {} : { next }),
});
