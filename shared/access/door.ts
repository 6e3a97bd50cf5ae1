import type { Admission } from './admission.ts';
import type { LoginAttempts } from './login-attempts.ts';
import { secretHash } from './secret.ts';

/** Who stands before the door, as far as can be told without asking the storage. */
export interface Visitor {
  /** The directory that the request is for; where it is for none, each caller is a lane. */
  readonly directory?: string;
  readonly authorization: string | undefined;
}

/** Every request of one kind comes in here, before its body is read and before anything is looked up. */
export interface Door {
  /** Refusal `busy` for too many at once, or for too many callers that were not let in. Throws what `answer` throws. */
  pass<T extends Answered>(visitor: Visitor, answer: (place: Place) => Promise<T>): Promise<T>;
}

/** What a request takes while it is worked on. */
export interface Place {
  /** Gives the place to others while the caller is waited for, and takes one again; refusal `busy` when there is none. */
  aside<T>(waiting: Promise<T>): Promise<T>;
}

interface Answered {
  readonly status: number;
}

export interface DoorParts {
  readonly admission: Admission;
  /** Absent where strangers may try as often as there is room. */
  readonly attempts?: LoginAttempts;
  /** Milliseconds, UTC. */
  readonly now: () => number;
}

/**
 * Callers whose token opened something before have the lane of their directory; all others share one, so that whoever makes up
 * directories, or calls one without its key, takes nothing from those that are served. A token is still checked each time.
 */
export function door({ admission, attempts, now }: DoorParts): Door {
  const known = new Set<string>();
  let standingAside = 0;

  function remember(caller: string, status: number): void {
    if (status === 401) known.delete(caller);
    else if (!known.has(caller)) {
      if (known.size >= knownMax) known.clear();
      known.add(caller);
    }
  }

  async function answered<T>(lane: string, answer: (place: Place) => Promise<T>): Promise<T> {
    let leave = await admission.enter(lane);
    const aside = async <U>(waiting: Promise<U>): Promise<U> => {
      if (standingAside >= asideMax) return await waiting;
      leave();
      standingAside++;
      const come = await waiting.finally(() => standingAside--);
      leave = await admission.enter(lane);
      return come;
    };
    try {
      return await answer({ aside });
    } finally {
      leave();
    }
  }

  /** The first time: it costs an attempt unless it opens something, or it was not the caller's fault. */
  async function attempted<T extends Answered>(
    caller: string,
    answer: (place: Place) => Promise<T>,
  ): Promise<T> {
    attempts?.take(now());
    let status: number | undefined;
    try {
      const given = await answered(strangers, answer);
      status = given.status;
      if (status < 500) remember(caller, status);
      return given;
    } finally {
      if (status !== 401) attempts?.giveBack();
    }
  }

  return {
    async pass({ directory, authorization }, answer) {
      // Without a token nothing is looked up, so that there is nothing to save.
      if (authorization === undefined) return await answered(strangers, answer);
      const caller = secretHash(`${directory ?? ''} ${authorization}`);
      if (!known.has(caller)) return await attempted(caller, answer);
      const given = await answered(directory ?? caller, answer);
      remember(caller, given.status);
      return given;
    },
  };
}

const strangers = 'strangers';
const knownMax = 10_000;
/** More of them keep their places, so that what waits stays bounded. */
const asideMax = 512;
