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
  pass<T extends Answered>(visitor: Visitor, answer: () => Promise<T>): Promise<T>;
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

  function remember(caller: string, status: number): void {
    if (status === 401) known.delete(caller);
    else if (!known.has(caller)) {
      if (known.size >= knownMax) known.clear();
      known.add(caller);
    }
  }

  async function answered<T>(lane: string, answer: () => Promise<T>): Promise<T> {
    const leave = await admission.enter(lane);
    try {
      return await answer();
    } finally {
      leave();
    }
  }

  /** The first time: it costs an attempt unless it opens something, or it was not the caller's fault. */
  async function attempted<T extends Answered>(caller: string, answer: () => Promise<T>): Promise<T> {
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
