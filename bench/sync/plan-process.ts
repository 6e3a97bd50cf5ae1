import { DirectoryId, RunId } from '../../shared/model/ids.ts';
import type { NestedDirectoryStore } from '../../shared/sync/nested-store.ts';
import { newRun } from '../../shared/sync/new-run.ts';
import { partsOf } from '../../shared/sync/parts-of.ts';
import { examineRound, planRound } from '../../shared/sync/plan-round.ts';
import { type Checked, newSyncState, type SyncRun } from '../../shared/sync/run-records.ts';
import { defaultNestedSettings } from '../../shared/sync/settings.ts';
import { StagedTenant } from './staged-tenant.ts';

// node bench/sync/plan-process.ts USERS GROUPS EDGES: a first round as the steps `examine` and `plan` of a run do it, one after the
// other in one process, without Graph and storage.
const [users = 0, groups = 0, userEdges = 0] = process.argv.slice(2).map(Number);
const staged = new StagedTenant({ users, groups, userEdges });
const fresh = newRun(
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
);
const run: SyncRun = {
  ...fresh,
  users: { ...fresh.users, pages: staged.userPages, delta: 'u' },
  groups: { ...fresh.groups, pages: staged.groupPages, delta: 'g' },
};
const phases: { phase: string; seconds: number; endMegabytes: number; peakMegabytes: number }[] = [];
let began = performance.now();
let folds = 0;
const store: Pick<
  NestedDirectoryStore,
  'stagedPages' | 'nesting' | 'members' | 'groupsOf' | 'users' | 'groups'
> = {
  async *stagedPages(_, { stream, from, to }) {
    for (let page = from; page < to; page++) yield staged.page(stream, page);
    // Later they are gone through once more where a group is above its limit, for its name.
    if (stream === 'groups' && folds++ < 2) ends('pages folded');
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
const sources = { store: store as NestedDirectoryStore, run, state: newSyncState, checked };

ends('start');
staged.readThrough();
ends('pages made');
await examineRound(sources);
ends('examined');
const { plan, parts } = await planRound(sources);
ends('derived and packed for the hash');
for (const some of partsOf(parts(), 8)) if (some.length === 0) throw new Error('an empty part');
ends('packed for the journal');
const secondsOf = (...wanted: readonly number[]) =>
  wanted.reduce((sum, phase) => sum + (phases[phase]?.seconds ?? 0), 0);
console.log(
  JSON.stringify({
    ...{ edges: staged.edges, parts: plan.parts, hash: plan.hash, phases },
    // What the pages of the bench cost on their own is not folding.
    foldSeconds: secondsOf(2) - secondsOf(1),
    planSeconds: secondsOf(4, 5, 6) - secondsOf(1),
    inputMegabytes: phases[0]?.endMegabytes,
    peakMegabytes: phases.at(-1)?.peakMegabytes,
  }),
);

function ends(phase: string): void {
  const now = performance.now();
  phases.push({
    phase,
    seconds: (now - began) / 1000,
    endMegabytes: process.memoryUsage.rss() / 2 ** 20,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  });
  began = performance.now();
}
