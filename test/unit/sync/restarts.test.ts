import { expect, test } from '@jest/globals';
import { GroupId } from '../../../shared/model/ids.ts';
import type { DeltaPage, GraphAnswer, GroupEntry } from '../../../shared/sync/graph-port.ts';
import { Died } from '../../support/sync/simulated-processes.ts';
import type { SimulatedSync } from '../../support/sync/simulated-sync.ts';
import { graphAnswers, group, synced, told, user } from './small-tenant.ts';

type Answer = GraphAnswer<DeltaPage<GroupEntry>>;

const page = (value: Partial<DeltaPage<GroupEntry>>): Answer => ({
  kind: 'read',
  value: { items: [], fingerprint: '', ...value },
  calls: 1,
  resourceUnits: 5,
});

const changed: GroupEntry = { kind: 'present', id: GroupId.parse(group(1)), fields: { description: 'new' } };
const dead: Answer = { kind: 'fault', fault: { kind: 'token-dead', detail: 'expired' } };

/** The link within the round dies once; begun anew, a replica that lags has nothing to tell. */
async function lagging(): Promise<SimulatedSync> {
  const sync = await synced({ users: 1, groups: { 1: [['user', 1]] } });
  let deaths = 0;
  const answerTo = (link: string): Answer => {
    if (link === 'next') return deaths++ === 0 ? dead : page({ delta: 'delta:3:0' });
    return deaths === 0 ? page({ items: [changed], next: 'next' }) : page({ delta: link });
  };
  graphAnswers(sync, (reader) => ({
    groupsDelta: async (from) =>
      from.kind === 'link' ? answerTo(from.link) : await reader.groupsDelta(from),
  }));
  return sync;
}

test('a run that began a round anew and dies at any write of its end comes to that end nevertheless (F1)', async () => {
  const undisturbed = await lagging();
  let writes = 0;
  undisturbed.onWrite = () => {
    writes++;
  };
  expect(await undisturbed.sync()).toMatchObject({ status: 'done', groups: { restarts: 1, pages: 0 } });
  for (let fatal = 1; fatal <= writes; fatal++) {
    const sync = await lagging();
    let count = 0;
    sync.onWrite = () => {
      if (++count === fatal) throw new Died();
    };
    expect(await sync.sync()).toMatchObject({ status: 'done' });
    expect(told(sync)).toEqual({ 1: [1] });
  }
});

test.each(['token-dead', 'resync-required'] as const)(
  'a list of members whose next page answers %s is read once more from its first page',
  async (kind) => {
    const sync = await synced({
      users: 6,
      groups: { 1: [1, 2, 3, 4, 5, 6].map((index) => ['user', index]) },
    });
    sync.tenant.setGroup(group(1), 'soft-deleted');
    await sync.sync();
    sync.tenant.setGroup(group(1), 'live');
    sync.tenant.setMember(group(1), user(1), undefined);
    const links: (string | undefined)[] = [];
    graphAnswers(sync, (reader) => ({
      groupMembers: async (id, link) => {
        links.push(link === undefined ? 'first' : 'next');
        return links.length === 2
          ? { kind: 'fault', fault: { kind, detail: 'gone' } }
          : await reader.groupMembers(id, link);
      },
    }));
    expect(await sync.sync()).toMatchObject({ status: 'done' });
    expect(links).toEqual(['first', 'next', 'first', 'next']);
    expect(told(sync)).toEqual({ 1: [2, 3, 4, 5, 6] });
  },
);
