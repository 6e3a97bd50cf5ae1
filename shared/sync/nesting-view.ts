import { type DirectoryId, GroupId } from '../model/ids.ts';
import { type Edges, noEdges } from '../nesting/adjacency.ts';
import { GuidTable } from '../nesting/guid-table.ts';
import type { Memberships } from '../nesting/memberships.ts';
import { nestingOf } from '../nesting/nesting.ts';
import type { GroupFacts, NestedDirectoryStore } from './nested-store.ts';
import { numberOf } from './round-ids.ts';
import type { AsOfRun, RunMemory, Sized } from './run-memory.ts';
import type { SyncState } from './sync-state.ts';

/** Where a question is asked, and what the process remembers of earlier ones. */
export interface InDirectory {
  readonly store: NestedDirectoryStore;
  readonly directory: DirectoryId;
  readonly memory: RunMemory;
}

/** All groups of a directory and how they nest, without their members. */
export interface NestingView {
  readonly ids: GuidTable;
  readonly facts: ReadonlyMap<number, GroupFacts>;
  /** Parent to child as stored, also where the literal reading passes no members on. */
  readonly edges: Edges;
  readonly memberships: Memberships;
  /** Assigned to the application in scope, when there is one. */
  readonly assigned: { readonly users: readonly string[]; readonly groups: readonly string[] };
}

/** From the facts of the last completed run. */
export async function nestingViewOf(at: InDirectory, run?: AsOfRun): Promise<NestingView> {
  const { state, of } = run ?? (await at.memory.asOf(at));
  return await of('nesting', () => readView(at, state));
}

async function readView({ store, directory }: InDirectory, state: SyncState): Promise<Sized<NestingView>> {
  const stored = await store.nesting(directory);
  const ids = new GuidTable();
  const facts = new Map(stored.groups.map((group) => [numberOf(ids, group.id), group] as const));
  const from = Uint32Array.from(stored.edges, ({ parent }) => numberOf(ids, parent));
  const to = Uint32Array.from(stored.edges, ({ child }) => numberOf(ids, child));
  const flagged = (is: (group: GroupFacts) => boolean) =>
    Uint8Array.from({ length: ids.count }, (_, number) => {
      const group = facts.get(number);
      return group !== undefined && is(group) ? 1 : 0;
    });
  const live = flagged((group) => group.life === 'live');
  const memberships: Memberships = {
    // The literal reading does not pass members on.
    nesting: nestingOf((state.flattened ?? true) ? { from, to } : noEdges, live),
    users: 0,
    liveUsers: new Uint8Array(0),
    told: flagged((group) => group.told),
    groupsOf: () => new Uint32Array(0),
    usersOf: () => new Uint32Array(0),
  };
  const { users = [], groups = [] } = state.checked?.assigned ?? {};
  const bytes =
    facts.size * bytesPerGroup + from.length * bytesPerEdge + (users.length + groups.length) * bytesPerId;
  return { value: { ids, facts, edges: { from, to }, memberships, assigned: { users, groups } }, bytes };
}

/** About what they take in memory. */
const bytesPerGroup = 500;
const bytesPerEdge = 32;
const bytesPerId = 64;

export const idOf = (view: NestingView, number: number): GroupId => GroupId.parse(view.ids.textOf(number));

export interface ToldGroup {
  readonly number: number;
  readonly facts: GroupFacts;
}

/** A group that the directory tells of. */
export function toldGroup(view: NestingView, group: GroupId): ToldGroup | undefined {
  const number = view.ids.find(group);
  const facts = number === undefined ? undefined : view.facts.get(number);
  return number === undefined || facts?.told !== true ? undefined : { number, facts };
}
