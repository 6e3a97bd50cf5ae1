import { DirectoryId, GroupId, RunId, UserId } from '../../shared/model/ids.ts';
import { foldRound } from '../../shared/sync/fold-round.ts';
import type { NestedDirectoryStore } from '../../shared/sync/nested-store.ts';
import { newRun } from '../../shared/sync/new-run.ts';
import { planRound } from '../../shared/sync/plan-round.ts';
import type { StagedPage } from '../../shared/sync/round-records.ts';
import { type Checked, newSyncState, type SyncRun } from '../../shared/sync/run-records.ts';
import { defaultNestedSettings } from '../../shared/sync/settings.ts';
import { syntheticTenant } from '../nesting/synthetic-tenant.ts';

// node bench/sync/plan-process.ts USERS GROUPS EDGES: a first round folded, derived and packed without Graph and storage.
const [users = 0, groups = 0, userEdges = 0] = process.argv.slice(2).map(Number);
const tenant = syntheticTenant({ users, groups, userEdges });
const staged = stagedTenant();
const run: SyncRun = {
  ...newRun(
    {
      id: RunId.parse(`run_${'0'.repeat(32)}`),
      directory: DirectoryId.parse(`dir_${'0'.repeat(32)}`),
      mode: 'sync',
      trigger: 'timer',
      settings: defaultNestedSettings,
      settingsVersion: 1,
      pinnedTenantId: 'tenant',
      confirmedHash: 'hash',
      startedAt: '2026-01-01T00:00:00.000Z',
    },
    newSyncState,
  ),
};
const read: SyncRun = {
  ...run,
  users: { ...run.users, pages: staged.userPages, delta: 'u' },
  groups: { ...run.groups, pages: staged.groupPages, delta: 'g' },
};
const store: Pick<
  NestedDirectoryStore,
  'stagedPages' | 'nesting' | 'members' | 'groupsOf' | 'users' | 'groups'
> = {
  async *stagedPages(_, { stream, from, to }) {
    for (let page = from; page < to; page++) yield staged.page(stream, page);
  },
  nesting: async () => ({ groups: [], edges: [] }),
  members: async () => ({}),
  groupsOf: async () => new Map(),
  users: async () => [],
  groups: async () => [],
};
const checked: Checked = {
  at: 0,
  tenantId: 'tenant',
  confirmedHash: 'hash',
  verifiedDomains: [],
  hiddenMembers: true,
  assigned: { users: [], groups: [] },
};
const inputMegabytes = rss();
const pagesSeconds = await timed(async () => {
  for (let page = 0; page < staged.groupPages; page++) staged.page('groups', page);
  for (let page = 0; page < staged.userPages; page++) staged.page('users', page);
});
const only = store as NestedDirectoryStore;
const foldSeconds = (await timed(async () => void (await foldRound(only, read, true)))) - pagesSeconds;
const foldMegabytes = rss();
let parts = 0;
const planSeconds =
  (await timed(async () => {
    const { plan } = await planRound({ store: only, run: read, state: newSyncState, checked });
    parts = plan.parts;
  })) - pagesSeconds;
console.log(
  JSON.stringify({
    edges: tenant.userEdges.from.length + tenant.nestingEdges.from.length,
    parts,
    foldSeconds,
    planSeconds,
    inputMegabytes,
    foldMegabytes,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  }),
);

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

function rss(): number {
  return process.memoryUsage().rss / 2 ** 20;
}

/** Pages as Graph cuts them, made when they are asked for: 200 users, or slices of groups up to 500 members. */
function stagedTenant() {
  const { userEdges: direct, nestingEdges: nested } = tenant;
  const slices: { group: number; kind: 'user' | 'group'; from: number; to: number }[] = [];
  for (const [kind, edges] of [
    ['user', direct],
    ['group', nested],
  ] as const) {
    for (let from = 0; from < edges.from.length; ) {
      let to = from + 1;
      while (to < edges.from.length && to - from < 500 && edges.from[to] === edges.from[from]) to++;
      slices.push({ group: edges.from[from] ?? 0, kind, from, to });
      from = to;
    }
  }
  const pages: (typeof slices)[] = [];
  let members = 500;
  for (const slice of slices) {
    if (members + slice.to - slice.from > 500) {
      pages.push([]);
      members = 0;
    }
    pages.at(-1)?.push(slice);
    members += slice.to - slice.from;
  }
  const groupPage = (page: number): StagedPage => ({
    kind: 'groups',
    items: (pages[page] ?? []).map(({ group, kind, from, to }) => ({
      kind: 'present',
      id: GroupId.parse(guid('9', group)),
      fields: { displayName: `Group ${group}` },
      members: Array.from((kind === 'user' ? direct : nested).to.subarray(from, to), (member) => ({
        id: guid(kind === 'user' ? '8' : '9', member),
        type: kind,
        removed: false,
      })),
    })),
  });
  const userPage = (page: number): StagedPage => ({
    kind: 'users',
    items: Array.from({ length: Math.min(200, users - page * 200) }, (_, index) => ({
      kind: 'present',
      id: UserId.parse(guid('8', page * 200 + index)),
      fields: { userPrincipalName: `user${page * 200 + index}@large.example` },
    })),
  });
  return {
    userPages: Math.ceil(users / 200),
    groupPages: pages.length,
    page: (stream: string, page: number) => (stream === 'users' ? userPage(page) : groupPage(page)),
  };
}

function guid(kind: string, number: number): string {
  const scattered = Math.imul(number, 0x9e3779b1) >>> 0;
  return `${scattered.toString(16).padStart(8, '0')}-0000-4000-${kind}000-${number.toString(16).padStart(12, '0')}`;
}
