import { DirectoryId, RunId } from '../../shared/model/ids.ts';
import type { NestedDirectoryStore } from '../../shared/sync/nested-store.ts';
import { newRun } from '../../shared/sync/new-run.ts';
import { partsOf } from '../../shared/sync/parts-of.ts';
import { examineRound, planRound } from '../../shared/sync/plan-round.ts';
import type { Checked, SyncRun } from '../../shared/sync/run-records.ts';
import { policyFingerprint } from '../../shared/sync/scope.ts';
import { defaultNestedSettings, NestedSettings } from '../../shared/sync/settings.ts';
import { newSyncState, type SyncState } from '../../shared/sync/sync-state.ts';
import { guid, StagedTenant } from './staged-tenant.ts';
import { StoredTenant } from './stored-tenant.ts';
import { ChangeSum, whatMustBeDecided } from './sweep-check.ts';

// node bench/sync/plan-process.ts USERS GROUPS EDGES [first|sweep] [all|scoped]: a round as the steps `examine` and `plan` of a run do
// it, one after the other in one process, without Graph and storage. A sweep reads everything once more and compares it with what is
// stored. With a scope of a few groups nearly everybody is left out, and is named in the log.
const [users = 0, groups = 0, userEdges = 0] = process.argv.slice(2, 5).map(Number);
const [kind = 'first', reach = 'all'] = process.argv.slice(5);
const size = { users, groups, userEdges };
const isSweep = kind === 'sweep';
const isScoped = reach === 'scoped';
const settings: NestedSettings = {
  ...defaultNestedSettings,
  ...(isScoped
    ? {
        scope: NestedSettings.shape.scope.parse({
          kind: 'groups',
          groups: roots(),
          includeNestedGroups: true,
        }),
      }
    : {}),
  // None is held, so that a sweep can be checked the plain way.
  ...(isSweep ? { maxMembersPerGroup: users * 2 } : {}),
};
const checked: Checked = {
  at: 0,
  tenantId: 'tenant',
  confirmedHash: 'hash',
  verifiedDomains: [],
  hiddenMembers: true,
  assigned: { users: [], groups: [] },
};
const staged = new StagedTenant(size);
const stored = isSweep ? new StoredTenant(size, !isScoped) : undefined;
const state: SyncState = {
  ...newSyncState,
  ...(isSweep
    ? {
        lastCompletedRun: RunId.parse(`run_${'1'.repeat(32)}`),
        counts: { users, groups, memberships: userEdges, domains: 1 },
        policy: await policyFingerprint(settings, checked),
        flattened: true,
      }
    : {}),
};
const fresh = newRun(
  {
    id: RunId.parse(`run_${'0'.repeat(32)}`),
    directory: DirectoryId.parse(`dir_${'0'.repeat(32)}`),
    mode: 'sync',
    trigger: 'timer',
    settings,
    settingsVersion: 1,
    pinnedTenantId: 'tenant',
    confirmedHash: 'hash',
    startedAt: '2026-01-01T00:00:00.000Z',
  },
  state,
);
const run: SyncRun = {
  ...fresh,
  users: { ...fresh.users, pages: staged.userPages, delta: 'u' },
  groups: { ...fresh.groups, pages: staged.groupPages, delta: 'g' },
};
const phases: { phase: string; seconds: number; endMegabytes: number; peakMegabytes: number }[] = [];
let began = performance.now();
let folds = 0;
const reads = { users: 0, groups: 0, pagesOfAllUsers: 0, nesting: 0, members: 0, groupsOf: 0 };
const store: Pick<
  NestedDirectoryStore,
  'stagedPages' | 'nesting' | 'members' | 'groupsOf' | 'users' | 'groups' | 'userPages'
> = {
  async *stagedPages(_, { stream, from, to }) {
    for (let page = from; page < to; page++) yield staged.page(stream, page);
    // Later they are gone through once more where a group is above its limit, for its name.
    if (stream === 'groups' && folds++ < 2) ends('pages folded');
  },
  async nesting() {
    reads.nesting++;
    return stored?.nesting() ?? { groups: [], edges: [] };
  },
  async members(_, group) {
    reads.members++;
    return stored?.members(group) ?? {};
  },
  async groupsOf(_, ids) {
    // Of who is in no group; a sweep has read the members of all.
    reads.groupsOf += ids.length;
    return new Map();
  },
  async users(_, ids) {
    reads.users += ids.length;
    return stored?.users(ids) ?? [];
  },
  async groups(_, ids) {
    reads.groups += ids.length;
    return stored?.groups(ids) ?? [];
  },
  async *userPages() {
    for (const page of stored?.userPages() ?? []) {
      reads.pagesOfAllUsers++;
      yield page;
    }
  },
};
const sources = { store: store as NestedDirectoryStore, run, state, checked };

ends('start');
staged.readThrough();
ends('pages made');
await examineRound(sources);
ends('examined');
const { plan, parts, log } = await planRound(sources);
ends('derived and packed for the hash');
for (const some of partsOf(parts(), 8)) if (some.length === 0) throw new Error('an empty part');
ends('packed for the journal');
let entries = 0;
for (const some of partsOf(log(), 500)) entries += some.length;
ends('log written');
const secondsOf = (...wanted: readonly number[]) =>
  wanted.reduce((sum, phase) => sum + (phases[phase]?.seconds ?? 0), 0);
console.log(
  JSON.stringify({
    ...{
      edges: staged.edges,
      parts: plan.parts,
      hash: plan.hash,
      counts: plan.counts,
      entries,
      reads,
      phases,
    },
    // What the pages of the bench cost on their own is not folding.
    foldSeconds: secondsOf(2) - secondsOf(1),
    planSeconds: secondsOf(4, 5, 6) - secondsOf(1),
    inputMegabytes: phases[0]?.endMegabytes,
    peakMegabytes: phases.at(-1)?.peakMegabytes,
    faults: stored === undefined || isScoped ? [] : faultsOf(stored),
  }),
);

/** Three groups that are small, and all below them. */
function roots(): readonly string[] {
  return [0.5, 0.7, 0.9].map((share) => guid('9', Math.floor(groups * share)));
}

/** Where the plan is not what the plain way finds. */
function faultsOf(tenant: StoredTenant): readonly string[] {
  const sum = new ChangeSum();
  for (const part of parts()) sum.addPart(part);
  const { membershipsAdded, membershipsRemoved, ...counts } = plan.counts;
  const found: Readonly<Record<string, number>> = {
    ...counts,
    membershipsGrown: membershipsAdded - membershipsRemoved,
    checksum: sum.sum,
  };
  return Object.entries(whatMustBeDecided(tenant, size)).flatMap(([name, must]) =>
    found[name] === must ? [] : [`${name}: ${found[name]}, must be ${must}`],
  );
}

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
