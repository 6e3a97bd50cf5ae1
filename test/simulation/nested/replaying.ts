import type { GraphReader } from '../../../shared/sync/graph-port.ts';
import type { NestedDirectoryStore } from '../../../shared/sync/nested-store.ts';

/** Sends one request after the other and takes each answer whole, so that the same seed meets the same faults. */
export function oneAfterTheOther(
  passTime: () => void,
): (url: string, init: RequestInit) => Promise<Response> {
  let before: Promise<unknown> = Promise.resolve();
  return (url, init) => {
    passTime();
    const answer = before.then(() => wholeAnswer(url, init));
    before = answer.catch(() => undefined);
    return answer;
  };
}

/** An answer whose body has come, as far as it comes. */
async function wholeAnswer(url: string, init: RequestInit): Promise<Response> {
  const { status, headers, body } = await fetch(url, init);
  const pieces: Uint8Array[] = [];
  let broken: unknown;
  try {
    for await (const piece of body ?? []) pieces.push(piece);
  } catch (error) {
    broken = error;
  }
  const told = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      if (broken === undefined) controller.close();
      else controller.error(broken);
    },
  });
  return new Response(told, { status, headers });
}

export interface Watched {
  readonly reader: GraphReader;
  /** Until Graph has answered all that it was asked. */
  readonly answered: () => Promise<void>;
}

export function watched(reader: GraphReader): Watched {
  const asked = new Set<Promise<unknown>>();
  const noting = (name: string | symbol) => {
    const ask: unknown = Reflect.get(reader, name);
    if (typeof ask !== 'function') return ask;
    return (...of: unknown[]) => {
      const answer: Promise<unknown> = Reflect.apply(ask, reader, of);
      asked.add(answer);
      const isOver = () => asked.delete(answer);
      answer.then(isOver, isOver);
      return answer;
    };
  };
  return {
    reader: new Proxy(reader, { get: (_, name) => noting(name) }),
    answered: async () => void (await Promise.allSettled(asked)),
  };
}

/** The process died at a write. */
export class Died extends Error {}

export interface Interruption {
  readonly answered: () => Promise<void>;
  /** Throws when the process dies now. */
  readonly mayDie: () => void;
}

/** A store whose writes do not overtake an answer under way, so that a seed replays, and may be the last of their process. */
export function orderlyStore(
  store: NestedDirectoryStore,
  { answered, mayDie }: Interruption,
): NestedDirectoryStore {
  const write =
    <Of extends unknown[], T>(work: (...of: Of) => Promise<T>) =>
    async (...of: Of): Promise<T> => {
      await answered();
      mayDie();
      const done = await work(...of);
      mayDie();
      return done;
    };
  return {
    ...store,
    commit: write(store.commit),
    commitWhole: write(store.commitWhole),
    isCancelOrdered: async (...of) => {
      await answered();
      return await store.isCancelOrdered(...of);
    },
  };
}
