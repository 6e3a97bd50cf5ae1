import { z } from 'zod';
import { limits } from '../model/limits.ts';

const Writes = z.object({
  created: z.int().nonnegative(),
  updated: z.int().nonnegative(),
  deleted: z.int().nonnegative(),
});

/** What is remembered of a stretch of requests without a long pause: sums, and enough to tell what kind of stretch it was. */
export const StoredCycle = z.object({
  /** Milliseconds since 1970: of the first request and of the last. */
  started: z.number(),
  ended: z.number(),
  requests: z.int().nonnegative(),
  probes: z.int().nonnegative(),
  startedByProbe: z.boolean(),
  errors: z.int().nonnegative(),
  users: Writes,
  groups: Writes,
  membershipChanges: z.int().nonnegative(),
  /** Ids of the first objects that were written, as many as are needed to tell one from several. */
  objects: z.array(z.string()).max(2),
});
export type StoredCycle = z.infer<typeof StoredCycle>;

/** A request as cycles count it. */
export interface CountedRequest {
  readonly at: number;
  readonly method: string;
  readonly target: string;
  readonly status: number;
  readonly probe: boolean;
  readonly objectId?: string;
  readonly memberChanges?: number;
}

export function cycleOf(request: CountedRequest): StoredCycle {
  const { at, method, target, status, probe, objectId } = request;
  const isDone = status < 300;
  const write = isDone ? writeKinds[method] : undefined;
  const of = (name: 'Users' | 'Groups') => {
    const counts = { created: 0, updated: 0, deleted: 0 };
    // A search is a POST that creates nothing.
    const isOne = write !== undefined && isOn(target, name) && (write !== 'created' || status === 201);
    return isOne ? { ...counts, [write]: 1 } : counts;
  };
  const [users, groups] = [of('Users'), of('Groups')];
  const isWrite = sumOf(users) + sumOf(groups) > 0;
  return {
    ...{ started: at, ended: at, requests: 1, users, groups },
    ...{ probes: probe ? 1 : 0, startedByProbe: probe },
    // To ask for what is gone is how Entra finds out.
    errors: status >= 400 && !(status === 404 && method === 'GET') ? 1 : 0,
    membershipChanges: isDone && sumOf(groups) > 0 ? (request.memberChanges ?? 0) : 0,
    objects: isWrite && objectId !== undefined ? [objectId] : [],
  };
}

const writeKinds: Readonly<Record<string, keyof z.infer<typeof Writes>>> = {
  POST: 'created',
  PUT: 'updated',
  PATCH: 'updated',
  DELETE: 'deleted',
};

const isOn = (target: string, name: string): boolean =>
  new RegExp(`^/${name}(?![^/?])(?!/[.])`, 'i').test(target);

/** Two stretches as one, in whatever order they are told. */
export function joined(one: StoredCycle, other: StoredCycle): StoredCycle {
  const [first, second] = one.started <= other.started ? [one, other] : [other, one];
  return {
    started: first.started,
    ended: Math.max(one.ended, other.ended),
    requests: one.requests + other.requests,
    probes: one.probes + other.probes,
    startedByProbe: first.startedByProbe,
    errors: one.errors + other.errors,
    users: added(one.users, other.users),
    groups: added(one.groups, other.groups),
    membershipChanges: one.membershipChanges + other.membershipChanges,
    objects: [...new Set([...first.objects, ...second.objects])].slice(0, 2),
  };
}

/** Whether what came later goes on with a cycle: without a long pause, and within the window that a cycle may last (S3-21, XR-25). */
export const goesOn = (cycle: StoredCycle, later: { readonly started: number; readonly ended: number }) =>
  later.started - cycle.ended <= limits.cyclePauseMinutesMin * 60_000 &&
  later.ended - cycle.started <= limits.cycleMinutesMax * 60_000;

/** A cycle as it is shown; what kind it is is told by its traffic, as Entra does not say (S3-24). */
export const cycleView = (id: string, cycle: StoredCycle, now: number) => ({
  id,
  kind: kindOf(cycle),
  started: new Date(cycle.started).toISOString(),
  ended: new Date(cycle.ended).toISOString(),
  running: now - cycle.ended <= limits.cyclePauseMinutesMin * 60_000,
  requests: cycle.requests,
  users: cycle.users,
  groups: cycle.groups,
  membershipChanges: cycle.membershipChanges,
  errors: cycle.errors,
  ...(kindOf(cycle) === 'on_demand' ? { objectId: cycle.objects[0] } : {}),
});

function kindOf(cycle: StoredCycle): 'connection_test' | 'on_demand' | 'cycle' {
  if (cycle.probes === cycle.requests) return 'connection_test';
  const writes = sumOf(cycle.users) + sumOf(cycle.groups);
  const isBrief =
    cycle.ended - cycle.started <= onDemandMilliseconds && cycle.requests <= onDemandRequestsMax;
  const isOfOne = cycle.objects.length === 1 && writes <= onDemandWritesMax;
  return cycle.startedByProbe && isBrief && isOfOne ? 'on_demand' : 'cycle';
}

const sumOf = ({ created, updated, deleted }: z.infer<typeof Writes>): number => created + updated + deleted;

const added = (one: z.infer<typeof Writes>, other: z.infer<typeof Writes>) => ({
  created: one.created + other.created,
  updated: one.updated + other.updated,
  deleted: one.deleted + other.deleted,
});

/** A user, or a group with up to five members, in under 30 seconds; twice that for a slow day. */
const onDemandMilliseconds = 60_000;
const onDemandRequestsMax = 20;
const onDemandWritesMax = 6;
