import type { GroupId } from '../model/ids.ts';
import { adjacency, rowOf } from '../nesting/adjacency.ts';
import type { EdgeChanges } from '../nesting/changed-memberships.ts';
import type { DiffSet } from '../nesting/diff-sets.ts';
import { effectiveGroupsOf } from '../nesting/effective.ts';
import { guidBytes, unpackGuids } from '../nesting/guid.ts';
import type { GuidTable } from '../nesting/guid-table.ts';
import { type AskedGroups, askedGroups } from './asked-groups.ts';
import {
  countsAfter,
  type Derivation,
  type DeriveSources,
  deriveRound,
  storedUsers,
} from './derive-round.ts';
import { doubtfulObjects, isNew } from './doubtful-objects.ts';
import { emptiedGroups } from './emptied-groups.ts';
import {
  type FoldedGroup,
  type FoldedRound,
  type FoldedUser,
  foldRound,
  groupIdOf,
  numberOf,
  userIds,
} from './fold-round.ts';
import { type LimitedChange, limitedChange } from './held-groups.ts';
import { listedGroups } from './listed-groups.ts';
import type { NestedDirectoryStore, NestedUser, OutReason, Standing } from './nested-store.ts';
import { groupsToList, netEdges } from './net-edges.ts';
import type { JournalPart } from './round-records.ts';
import type { RunLogEntry } from './run-log.ts';
import type { Ask, Checked, Plan, PlanCounts, Reread, SyncRun, SyncState } from './run-records.ts';
import { exceededThresholds } from './safeguard.ts';
import { factsOf, outReason, policyFingerprint } from './scope.ts';
import { StoredMemberships } from './stored-memberships.ts';

export interface RoundSources {
  readonly store: NestedDirectoryStore;
  readonly run: SyncRun;
  readonly state: SyncState;
  readonly checked: Checked;
}

/** What must be read besides the rounds before they can be decided. */
export interface Examined {
  readonly rereads: readonly Reread[];
  readonly asks: readonly Ask[];
}

/** Folds what was read and says which groups must be read by list, and whose groups must be asked for. */
export async function examineRound(sources: RoundSources): Promise<Examined> {
  const { round, stored } = await foldedSources(sources);
  const pending = sources.state.rereads.map((waiting) => ({
    ...waiting,
    group: numberOf(round.groupIds, waiting.group),
  }));
  const sweep = sources.run.groups.baseline && !isFirst(sources);
  const enumerated = sources.run.groups.baseline;
  const isNewGroup = ({ created }: FoldedGroup) => isNew(created, sources.state);
  const rereads = groupsToList(round, stored, { sweep, enumerated, pending, isNew: isNewGroup }).map(
    ({ group, ...why }) => ({
      group: groupIdOf(round.groupIds, group),
      ...why,
    }),
  );
  return { rereads, asks: doubtfulObjects(round, sources) };
}

export interface RoundPlan {
  readonly plan: Plan;
  readonly parts: readonly JournalPart[];
  readonly log: readonly RunLogEntry[];
}

/**
 * Decides a round: reads what was staged and what is stored, writes nothing. The same staged pages over the same stored
 * state give the same parts and the same hash.
 */
export async function planRound(sources: RoundSources): Promise<RoundPlan> {
  const { store, run, state, checked } = sources;
  const { round, stored } = await foldedSources(sources);
  const sweep = run.groups.baseline && !isFirst(sources);
  const listed = await listedGroups(store, run, round);
  const asked = await askedGroups(store, run, { round, stored });
  await loadForEdges({ round, stored, listed, asked, sweep });
  const asleep = await sleepingUsers(sources, { round, stored, listed, asked, sweep });
  const edges = netEdges({
    round,
    stored,
    listed,
    asked,
    sweep,
    mayReadHidden: checked.hiddenMembers,
    asleep,
  });
  const verifiedDomains = new Set(checked.verifiedDomains);
  const derive: DeriveSources = { store, run, state, checked, verifiedDomains, round, stored, edges };
  const derivation = await deriveRound(derive);
  const limited = await limitedChange(derive, derivation);
  const users = await userDecisions(derive, derivation, limited.sets);
  const groups = groupDecisions(derive, derivation, limited);
  const outbox = derivation.change === undefined ? everything(run) : outboxOf(derive, limited.sets);
  const parts: readonly JournalPart[] = [
    ...partsOf(users.map(toUserItem), itemsPerPart).map(
      (items): JournalPart => ({ kind: 'users', items: [...items] }),
    ),
    ...partsOf(groups.map(toGroupItem), itemsPerPart).map(
      (items): JournalPart => ({
        kind: 'groups',
        items: [...items],
      }),
    ),
    ...memberParts(derive),
    ...heldParts(derive, limited),
    ...outbox,
  ];
  const counts = countsOf(derive, { users, groups, limited });
  const exceeded = isFirst(sources)
    ? []
    : exceededThresholds(
        { counts, emptied: await emptiedGroups(derive, derivation, limited.sets) },
        {
          counts: state.counts,
          now: Date.parse(run.startedAt),
          ...(state.removedLately === undefined ? {} : { lately: state.removedLately }),
        },
        run.settings.safeguard,
      );
  const rereads = edges.rereads.map(({ group, reason, rounds }) => ({
    group: groupIdOf(round.groupIds, group),
    reason,
    rounds,
  }));
  const plan: Plan = {
    hash: await hashOf(parts),
    parts: parts.length,
    counts,
    exceeded: [...exceeded],
    rereads,
  };
  return { plan, parts, log: logOf(derive, { users, limited, hidden: edges.hidden }) };
}

/** Rows that one journal part changes: with their outbox entries they fit in one transaction. */
const itemsPerPart = 40;

const toUserItem = ({ was: _, disabled: __, ...item }: UserDecision) => item;
const toGroupItem = ({ wasTold: _, ...item }: GroupDecision) => item;

const isFirst = ({ state }: RoundSources) => state.lastCompletedRun === undefined;

async function foldedSources(sources: RoundSources) {
  const { store, run, state, checked } = sources;
  const round = await foldRound(store, run, isFirst(sources));
  const stored = new StoredMemberships(store, run.directory, round);
  if (isFirst(sources)) return { round, stored };
  await stored.loadNesting();
  if (run.users.baseline || state.policy !== policyFingerprint(run.settings, checked)) {
    await considerEverybody(sources, round);
  }
  if (run.groups.baseline) sweepGroups(round.groups, stored);
  return { round, stored };
}

/** Users the round did not speak of: unseen by a complete enumeration they are deleted; under new rules they are judged anew. */
async function considerEverybody(
  { store, run }: RoundSources,
  round: { memberIds: GuidTable; users: Map<number, FoldedUser> },
) {
  for await (const rows of store.userPages(run.directory)) {
    for (const { id, life, standing, fields } of rows) {
      const number = numberOf(round.memberIds, id);
      if (round.users.has(number)) continue;
      const enabled = fields['accountEnabled'] !== false;
      const unseen = run.users.baseline && life === 'live';
      round.users.set(number, {
        life: unseen ? 'soft-deleted' : life,
        facts: factsOf(fields),
        enabled,
        stored: { life, standing, enabled },
      });
    }
  }
}

/** Groups that a complete enumeration did not show are deleted; their memberships are kept, as after any soft delete. */
function sweepGroups(groups: Map<number, FoldedGroup>, stored: StoredMemberships): void {
  for (const [group, facts] of stored.facts) {
    if (groups.has(group) || facts.life !== 'live') continue;
    groups.set(group, {
      life: 'soft-deleted',
      storedLife: facts.life,
      hidden: false,
      dynamic: false,
      toldMembers: false,
    });
  }
}

interface Loaded {
  readonly round: FoldedRound;
  readonly stored: StoredMemberships;
  readonly listed: ReadonlyMap<number, unknown>;
  readonly asked: AskedGroups;
  readonly sweep: boolean;
}

/** Reads the stored memberships that events, lists, sweeps and hard deletes are compared with. */
async function loadForEdges({ round, stored, listed, asked, sweep }: Loaded) {
  if (sweep) {
    await stored.loadMembers(stored.facts.keys());
    stored.turnRound();
    return;
  }
  const gone = [...round.groups].flatMap(([group, { life }]) => (life === 'gone' ? [group] : []));
  await stored.loadMembers([...gone, ...listed.keys()]);
  const members = new Set(round.memberEvents.members());
  for (const found of asked.users.values()) for (const user of found) members.add(user);
  for (const [user, { life, stored: before }] of round.users) {
    if (life === 'gone' && before !== undefined) members.add(user);
  }
  for (const group of [...gone, ...listed.keys()])
    for (const member of stored.membersOf(group)) members.add(member);
  await stored.loadGroupsOf(members);
}

/** Soft-deleted users among the members that a list or an enumeration may not have shown. */
async function sleepingUsers(
  { store, run }: RoundSources,
  { round, stored, listed, sweep }: Loaded,
): Promise<ReadonlySet<number>> {
  const asleep = new Set<number>();
  const pages = sweep
    ? store.userPages(run.directory)
    : listedUsers({ store, run }, { round, stored, listed });
  for await (const rows of pages) {
    for (const { id, life } of rows) if (life === 'soft-deleted') asleep.add(numberOf(round.memberIds, id));
  }
  for (const [user, { life }] of round.users) {
    if (life === 'soft-deleted') asleep.add(user);
    else asleep.delete(user);
  }
  return asleep;
}

/** Rows of all members that listed groups have or had. */
async function* listedUsers(
  { store, run }: Pick<RoundSources, 'store' | 'run'>,
  { round, stored, listed }: Omit<Loaded, 'sweep' | 'asked'>,
): AsyncIterable<readonly NestedUser[]> {
  if (listed.size === 0) return;
  const members = new Set(round.memberEvents.members());
  for (const group of listed.keys()) for (const member of stored.membersOf(group)) members.add(member);
  for (const some of partsOf([...members], 1000)) {
    yield await store.users(run.directory, userIds(round.memberIds, some));
  }
}

interface UserDecision {
  readonly id: ReturnType<typeof userIds>[number];
  readonly life: 'live' | 'soft-deleted' | 'gone';
  readonly counts: boolean;
  readonly inScope: boolean;
  readonly reason?: string;
  readonly was?: Standing;
  readonly disabled: boolean;
}

/** Users whose life or standing is not what is stored. */
async function userDecisions(
  sources: DeriveSources,
  derivation: Derivation,
  sets: readonly DiffSet[],
): Promise<readonly UserDecision[]> {
  const { round, stored, run } = sources;
  const moved = new Set(sets.flatMap(({ added, removed }) => [...added, ...removed]));
  const strangers =
    run.settings.scope.kind === 'all' ? [] : [...moved].filter((user) => !round.users.has(user));
  const rows = await storedUsers(sources, strangers);
  if (run.settings.scope.kind !== 'all') await stored.loadGroupsOf([...round.users.keys(), ...strangers]);
  const reaches = scopeReach(sources, derivation);
  const ofRound = [...round.users].flatMap(([user, folded]) => {
    const counts = countsAfter(sources, user);
    return decided(sources, { user, folded, counts, inScope: counts && reaches(user) });
  });
  const ofStrangers = rows.flatMap(({ id, life, standing }) => {
    const inScope = standing.counts && reaches(numberOf(round.memberIds, id));
    if (inScope === standing.inScope) return [];
    const reason = inScope ? {} : { reason: 'not-in-scope' };
    return [{ id, life, counts: standing.counts, inScope, ...reason, was: standing, disabled: false }];
  });
  return [...ofRound, ...ofStrangers];
}

interface Verdict {
  readonly user: number;
  readonly folded: FoldedUser;
  readonly counts: boolean;
  readonly inScope: boolean;
}

/** Nothing when all of it is stored already. */
function decided(
  sources: DeriveSources,
  { user, folded, counts, inScope }: Verdict,
): readonly UserDecision[] {
  const { life, stored, enabled } = folded;
  const reason = inScope ? undefined : reasonOf(sources, folded, counts);
  const was: Standing = stored?.standing ?? { counts: false, inScope: false };
  const disabled = was.inScope && inScope && stored?.enabled === true && !enabled;
  const same = was.counts === counts && was.inScope === inScope && was.reason === reason;
  if (same && life === (stored?.life ?? 'live') && !disabled) return [];
  return userIds(sources.round.memberIds, [user]).map((id) => ({
    id,
    life,
    counts,
    inScope,
    ...(reason === undefined ? {} : { reason }),
    was,
    disabled,
  }));
}

function reasonOf(
  { run, verifiedDomains }: DeriveSources,
  folded: FoldedUser,
  counts: boolean,
): OutReason | undefined {
  if (folded.life !== 'live') return 'deleted';
  return counts ? 'not-in-scope' : outReason(folded.facts, run.settings, verifiedDomains);
}

/** Whether the scope reaches a user that counts: everybody, or those assigned or below a root. */
function scopeReach(
  { round, run, checked }: DeriveSources,
  { after }: Derivation,
): (user: number) => boolean {
  const { scope } = run.settings;
  if (scope.kind === 'all') return () => true;
  const assigned = new Set(scope.kind === 'application' ? checked.assigned.users : []);
  const ids = scope.kind === 'groups' ? scope.groups : checked.assigned.groups;
  const roots = new Set(ids.flatMap((id) => round.groupIds.find(id) ?? []));
  return (user) =>
    assigned.has(round.memberIds.textOf(user)) ||
    effectiveGroupsOf(after, user).some((group) => roots.has(group));
}

interface GroupDecision {
  readonly id: GroupId;
  readonly life: 'live' | 'soft-deleted' | 'gone';
  readonly told: boolean;
  readonly held: boolean;
  readonly wasTold: boolean;
}

function groupDecisions(
  { round, stored }: DeriveSources,
  { after }: Derivation,
  limited: LimitedChange,
): readonly GroupDecision[] {
  const held = new Map(limited.groups.map((group) => [group.group, group.held]));
  const decisions: GroupDecision[] = [];
  for (const group of new Set([...stored.facts.keys(), ...round.groups.keys()])) {
    const was = stored.facts.get(group) ?? { life: 'live', told: false, held: false };
    const life = round.groups.get(group)?.life ?? was.life;
    const told = after.told[group] === 1;
    const isHeld = told && (held.get(group) ?? was.held);
    if (life === was.life && told === was.told && isHeld === was.held) continue;
    decisions.push({ id: groupIdOf(round.groupIds, group), life, told, held: isHeld, wasTold: was.told });
  }
  return decisions;
}

/** Changes of direct memberships by group and type, then by member. */
function memberParts({ round, edges }: DeriveSources): readonly JournalPart[] {
  const changes: MembersChange[] = [];
  const typeOf = (member: number) => round.types.get(member) ?? 'user';
  for (const { row, added, removed } of byRow(edges.users, 'groups', round.groupIds.count)) {
    const group = groupIdOf(round.groupIds, row);
    for (const type of new Set([...added, ...removed].map(typeOf))) {
      const ofType = (members: Uint32Array) => members.filter((member) => typeOf(member) === type);
      const numbers = { added: ofType(added), removed: ofType(removed) };
      changes.push(...slicesOf(round.memberIds, numbers, { group, type }));
    }
  }
  for (const { row, ...numbers } of byRow(edges.nesting, 'groups', round.groupIds.count)) {
    const group = groupIdOf(round.groupIds, row);
    changes.push(...slicesOf(round.groupIds, numbers, { group, type: 'group' }));
  }
  const reverse = [...byRow(edges.users, 'members', round.memberIds.count)].map(
    ({ row, added, removed }) => ({
      member: round.memberIds.textOf(row),
      added: round.groupIds.pack(added),
      removed: round.groupIds.pack(removed),
    }),
  );
  return [
    ...commitsOf(changes).map((items): JournalPart => ({ kind: 'members', items: [...items] })),
    ...partsOf(reverse, 80).map((items): JournalPart => ({ kind: 'groups-of', items: [...items] })),
  ];
}

type MembersChange = Extract<JournalPart, { kind: 'members' }>['items'][number];

/** Ids that the store takes for one group at once, and ids and groups that fit in a part and mostly in a transaction. */
const idsPerWrite = 4096;
const idsPerPart = 16_384;
const groupsPerPart = 40;

function* slicesOf(
  table: GuidTable,
  { added, removed }: { readonly added: Uint32Array; readonly removed: Uint32Array },
  of: Pick<MembersChange, 'group' | 'type'>,
): Iterable<MembersChange> {
  const half = idsPerWrite / 2;
  for (let start = 0; start < Math.max(added.length, removed.length); start += half) {
    yield {
      ...of,
      added: table.pack(added.subarray(start, start + half)),
      removed: table.pack(removed.subarray(start, start + half)),
    };
  }
}

/** Changes in their order, cut where a part is full or comes to a group for the second time. */
function commitsOf(changes: readonly MembersChange[]): readonly (readonly MembersChange[])[] {
  const parts: MembersChange[][] = [];
  let part: MembersChange[] = [];
  let groups = new Set<string>();
  let bytes = 0;
  for (const change of changes) {
    const size = change.added.length + change.removed.length;
    const isFull = part.length === groupsPerPart || bytes + size > idsPerPart * guidBytes;
    if (part.length > 0 && (isFull || groups.has(change.group))) {
      parts.push(part);
      [part, groups, bytes] = [[], new Set(), 0];
    }
    part.push(change);
    groups.add(change.group);
    bytes += size;
  }
  if (part.length > 0) parts.push(part);
  return parts;
}

function* byRow(changes: EdgeChanges, end: 'groups' | 'members', rows: number) {
  const other = end === 'groups' ? 'members' : 'groups';
  const columns = 1 + changes[other].reduce((most, number) => Math.max(most, number), 0);
  const pick = (added: 0 | 1) => {
    const chosen = changes.groups
      .keys()
      .filter((edge) => changes.added[edge] === added)
      .toArray();
    return adjacency(
      {
        from: Uint32Array.from(chosen, (edge) => changes[end][edge] as number),
        to: Uint32Array.from(chosen, (edge) => changes[other][edge] as number),
      },
      { rows, columns },
    );
  };
  if (changes.groups.length === 0) return;
  const [added, removed] = [pick(1), pick(0)];
  for (const row of [...new Set(changes[end])].sort((one, two) => one - two)) {
    yield { row, added: rowOf(added, row), removed: rowOf(removed, row) };
  }
}

function heldParts({ round }: DeriveSources, limited: LimitedChange): readonly JournalPart[] {
  return limited.groups.map(({ group, kept }) => ({
    kind: 'held',
    group: groupIdOf(round.groupIds, group),
    ...(kept === undefined ? {} : { members: round.memberIds.pack(kept) }),
  }));
}

/** Ids of one outbox entry: what fits in a few properties of a row. */
const idsPerEntry = 12_000;

function outboxOf({ run, round }: DeriveSources, sets: readonly DiffSet[]): readonly JournalPart[] {
  const parts: JournalPart[] = [];
  for (const { groups, added, removed } of sets) {
    for (let group = 0; group < groups.length; group += idsPerEntry) {
      for (let start = 0; start < Math.max(added.length, removed.length); start += idsPerEntry / 2) {
        const end = start + idsPerEntry / 2;
        parts.push({
          kind: 'outbox',
          entry: {
            key: `${run.id}/members/${String(parts.length).padStart(8, '0')}`,
            at: run.startedAt,
            change: {
              kind: 'effective-members-changed',
              groups: round.groupIds.pack(groups.subarray(group, group + idsPerEntry)),
              added: round.memberIds.pack(added.subarray(start, end)),
              removed: round.memberIds.pack(removed.subarray(start, end)),
            },
          },
        });
      }
    }
  }
  return parts;
}

const everything = (run: SyncRun): readonly JournalPart[] => [
  {
    kind: 'outbox',
    entry: { key: `${run.id}/everything`, at: run.startedAt, change: { kind: 'everything-changed' } },
  },
];

function countsOf(
  { edges }: DeriveSources,
  {
    users,
    groups,
    limited,
  }: { users: readonly UserDecision[]; groups: readonly GroupDecision[]; limited: LimitedChange },
): PlanCounts {
  const count = <T>(items: readonly T[], is: (item: T) => boolean) => items.filter(is).length;
  const edgesAdded = (changes: EdgeChanges) => changes.added.reduce((sum, added) => sum + added, 0);
  const directAdded = edgesAdded(edges.users) + edgesAdded(edges.nesting);
  return {
    usersCreated: count(users, ({ inScope, was }) => inScope && was?.inScope !== true),
    usersDeactivated: count(users, ({ disabled }) => disabled),
    usersRemoved: count(users, ({ inScope, was }) => !inScope && was?.inScope === true),
    groupsCreated: count(groups, ({ told, wasTold }) => told && !wasTold),
    groupsRemoved: count(groups, ({ told, wasTold }) => !told && wasTold),
    directAdded,
    directRemoved: edges.users.groups.length + edges.nesting.groups.length - directAdded,
    membershipsAdded: limited.pairsAdded,
    membershipsRemoved: limited.pairsRemoved,
    groupsHeld: count(limited.groups, ({ held }) => held),
  };
}

function logOf(
  { run, round, stored, edges }: DeriveSources,
  {
    users,
    limited,
    hidden,
  }: { users: readonly UserDecision[]; limited: LimitedChange; hidden: readonly number[] },
): readonly RunLogEntry[] {
  const at = run.startedAt;
  const groupOf = (group: number) => ({ kind: 'group' as const, id: groupIdOf(round.groupIds, group) });
  const ignored = new Map<number, number>();
  for (let edge = 0; edge < edges.users.groups.length; edge++) {
    const group = edges.users.groups[edge] as number;
    const isOther = round.types.has(edges.users.members[edge] as number) && edges.users.added[edge] === 1;
    if (isOther) ignored.set(group, (ignored.get(group) ?? stored.facts.get(group)?.others ?? 0) + 1);
  }
  return [
    ...users
      .filter(({ inScope, reason }) => !inScope && reason !== 'deleted')
      .map(
        ({ id, reason = 'not-in-scope' }): RunLogEntry => ({
          key: `4/user/${id}`,
          at,
          level: 'info',
          code: `user-${reason}`,
          message: `User left out: ${reason}`,
          object: { kind: 'user', id },
        }),
      ),
    ...limited.groups
      .filter(({ held }) => held)
      .map(
        ({ group, members }): RunLogEntry => ({
          key: `4/limit/${group}`,
          at,
          level: 'error',
          code: 'group-over-limit',
          message: `Group would have ${members} members, above ${run.settings.maxMembersPerGroup}: it keeps its last ones`,
          object: groupOf(group),
          counts: { members, limit: run.settings.maxMembersPerGroup },
        }),
      ),
    ...hidden.map(
      (group): RunLogEntry => ({
        key: `3/hidden/${group}`,
        at,
        level: 'warning',
        code: 'members-hidden',
        message: 'Members of this group are hidden from the application: no removals were taken from it',
        object: groupOf(group),
      }),
    ),
    ...[...ignored].map(
      ([group, count]): RunLogEntry => ({
        key: `3/ignored/${group}`,
        at,
        level: 'warning',
        code: 'members-ignored',
        message: `${count} members are devices, contacts or service principals and lead nowhere`,
        object: groupOf(group),
        counts: { members: count },
      }),
    ),
  ];
}

function partsOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, part) =>
    items.slice(part * size, (part + 1) * size),
  );
}

/** SHA-256 over the hashes of all parts in order, outbox left out: the same change has the same hash in every run. */
async function hashOf(parts: readonly JournalPart[]): Promise<string> {
  const hashes: string[] = [];
  for (const part of parts) {
    if (part.kind === 'outbox') continue;
    hashes.push(
      await sha256(
        JSON.stringify(part, (_, value) => (value instanceof Uint8Array ? unpackGuids(value) : value)),
      ),
    );
  }
  return (await sha256(hashes.join())).slice(0, 32);
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
