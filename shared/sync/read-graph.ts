import { askStream } from './asking.ts';
import { checkTenant, lastCheck } from './check-tenant.ts';
import type { GraphAnswer } from './graph-port.ts';
import { listStream } from './listed-groups.ts';
import type { ReadPage } from './read-ahead.ts';
import type { StreamName, SyncCommand } from './run-events.ts';
import type { SyncRun } from './run-records.ts';
import type { Done, Work } from './work.ts';

export async function check({ ports, state }: Work, run: SyncRun): Promise<Done> {
  const now = ports.now();
  const known = lastCheck(run, state, now);
  if (known !== undefined) return { event: { kind: 'checked', checked: known }, writes: [] };
  const outcome = await checkTenant(ports.graph, { run, state, now });
  if (outcome.kind !== 'checked') return { event: outcome, writes: [], calls: 1 };
  const { checked, calls, resourceUnits } = outcome;
  return { event: { kind: 'checked', checked }, writes: [], calls, resourceUnits };
}

export async function readPage(
  { ports, ahead, deadline }: Work,
  run: SyncRun,
  { stream, link }: { stream: StreamName; link?: string },
): Promise<Done> {
  const reading = ahead.page(stream, link);
  const other = stream === 'users' ? 'groups' : 'users';
  if (run[other].delta === undefined && ports.now() < deadline) ahead.begin(other, run[other].next);
  return pageDone(run, stream, await reading);
}

function pageDone(run: SyncRun, stream: StreamName, answer: GraphAnswer<ReadPage>): Done {
  if (answer.kind === 'fault') return { event: answer, writes: [], calls: 1 };
  const { page, fingerprint, next, delta } = answer.value;
  if ((next === undefined) === (delta === undefined)) {
    const detail = 'a delta page carries either a nextLink or a deltaLink';
    return { event: { kind: 'fault', fault: { kind: 'malformed', detail } }, writes: [], calls: 1 };
  }
  const key = { run: run.id, stream, page: run[stream].pages };
  const items = page.items.length;
  return {
    event: {
      kind: 'page-read',
      stream,
      page: {
        items,
        fingerprint,
        ...(next === undefined ? {} : { next }),
        ...(delta === undefined ? {} : { delta }),
      },
    },
    writes: items === 0 ? [] : [{ kind: 'stage', key, page }],
    calls: answer.calls,
    resourceUnits: answer.resourceUnits,
  };
}

export async function readList(
  { ports }: Work,
  run: SyncRun,
  { group, link }: Extract<SyncCommand, { kind: 'read-list' }>,
): Promise<Done> {
  const answer = await ports.graph.groupMembers(group, link);
  if (answer.kind === 'fault') return { event: answer, writes: [], calls: 1 };
  const { items, next } = answer.value;
  const key = { run: run.id, stream: listStream(group), page: run.reread.pages };
  return {
    event: { kind: 'list-read', ...(next === undefined ? {} : { next }) },
    writes: [{ kind: 'stage', key, page: { kind: 'members', items: [...items] } }],
    calls: answer.calls,
    resourceUnits: answer.resourceUnits,
  };
}

export async function askGroups(
  { ports }: Work,
  run: SyncRun,
  { ask, link }: Extract<SyncCommand, { kind: 'ask-groups' }>,
): Promise<Done> {
  const answer = await ports.graph.groupsOf?.(ask, link);
  if (answer === undefined) throw new Error('a reader without groupsOf was asked for groups');
  if (answer.kind === 'fault') return { event: answer, writes: [], calls: 1 };
  const { items, next } = answer.value;
  const key = { run: run.id, stream: askStream(ask), page: run.asking?.pages ?? 0 };
  return {
    event: { kind: 'answer-read', ...(next === undefined ? {} : { next }) },
    writes: [{ kind: 'stage', key, page: { kind: 'members', items: [...items] } }],
    calls: answer.calls,
    resourceUnits: answer.resourceUnits,
  };
}
