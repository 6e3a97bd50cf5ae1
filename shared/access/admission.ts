import { Refusal } from '../model/refusal.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';

/** How many requests are worked on and how many may wait, in this process. A lane is whose requests they are. */
export interface AdmissionBounds {
  readonly runningMax: number;
  /** Below `runningMax`, so that a lane that is new finds room at once. */
  readonly runningPerLaneMax: number;
  readonly waitingMax: number;
  readonly waitingPerLaneMax: number;
}

/** Lets requests in, as many at once as the process can serve well, and each lane as often as the others. */
export interface Admission {
  /**
   * Resolves when the request may begin, with what to call once it is answered. Refusal `busy` at once when too many wait;
   * when all lanes together are too many, the youngest of the longest lane is refused in its place.
   */
  enter(lane: string): Promise<Leave>;
  /** Requests in flight and waiting. */
  open(): { readonly running: number; readonly waiting: number };
}

export type Leave = () => void;

export function admission(bounds: AdmissionBounds): Admission {
  // Only lanes that have a request open: what is remembered is bounded by what is let in.
  const lanes = new Map<string, Lane>();
  let running = 0;
  let waiting = 0;
  let grants = 0;

  function grant(name: string, lane: Lane): Leave {
    running++;
    lane.running++;
    lane.grantedAt = ++grants;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      running--;
      lane.running--;
      letNextIn();
      if (lane.running + lane.queue.length === 0) lanes.delete(name);
    };
  }

  function letNextIn(): void {
    const next = running < bounds.runningMax ? leastServed(lanes, bounds) : undefined;
    const first = next?.lane.queue.shift();
    if (next === undefined || first === undefined) return;
    waiting--;
    first.begin(grant(next.name, next.lane));
  }

  function makeRoom(lane: Lane): void {
    if (lane.queue.length >= bounds.waitingPerLaneMax) throw tooMany(bounds);
    if (waiting < bounds.waitingMax) return;
    const longest = [...lanes.values()].reduce((one, other) =>
      other.queue.length > one.queue.length ? other : one,
    );
    if (longest.queue.length <= lane.queue.length + 1) throw tooMany(bounds);
    longest.queue.pop()?.refuse(tooMany(bounds));
    waiting--;
  }

  return {
    async enter(name) {
      const lane = lanes.get(name) ?? { running: 0, grantedAt: 0, queue: [] };
      const isFree = running < bounds.runningMax && lane.running < bounds.runningPerLaneMax;
      if (isFree && lane.queue.length === 0) {
        lanes.set(name, lane);
        return grant(name, lane);
      }
      makeRoom(lane);
      lanes.set(name, lane);
      waiting++;
      return await new Promise((begin, refuse) => lane.queue.push({ begin, refuse }));
    },
    open: () => ({ running, waiting }),
  };
}

interface Lane {
  running: number;
  /** Number of the last grant: of lanes that run as much, the one that was served longest ago is next. */
  grantedAt: number;
  readonly queue: Waiting[];
}

interface Waiting {
  readonly begin: (leave: Leave) => void;
  readonly refuse: (refusal: Refusal) => void;
}

function leastServed(lanes: ReadonlyMap<string, Lane>, { runningPerLaneMax }: AdmissionBounds) {
  let best: { readonly name: string; readonly lane: Lane } | undefined;
  for (const [name, lane] of lanes) {
    if (lane.queue.length === 0 || lane.running >= runningPerLaneMax) continue;
    if (best === undefined || isBefore(lane, best.lane)) best = { name, lane };
  }
  return best;
}

const isBefore = (one: Lane, other: Lane): boolean =>
  one.running < other.running || (one.running === other.running && one.grantedAt < other.grantedAt);

const tooMany = ({ runningPerLaneMax, waitingPerLaneMax }: AdmissionBounds): Refusal =>
  new Refusal('busy', 'Too many requests are open at once. Send this one again shortly.', {
    reason: 'too_many_open_requests',
    headers: rateLimitHeaders({
      ...{ policy: 'open-requests', quota: runningPerLaneMax + waitingPerLaneMax, retryAfterSeconds: 1 },
      unit: 'concurrent-requests',
    }),
  });
