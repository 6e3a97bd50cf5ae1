import type { GraphAnswer, GraphFault, ListPage } from '../../../shared/sync/graph-port.ts';

export const read = <T>(value: T): GraphAnswer<T> => ({ kind: 'read', value, calls: 1, resourceUnits: 5 });

/** What failed was sent all the same. */
export const faulty = (fault: GraphFault) => ({ kind: 'fault', fault, calls: 1, resourceUnits: 5 }) as const;

export const resyncRequired = faulty({ kind: 'resync-required', detail: 'gone' });

export const notFound = (detail: string) => faulty({ kind: 'not-found', detail });

export const forbidden = faulty({ kind: 'forbidden', detail: 'insufficient privileges' });

const itemsPerPage = 4;

/** A page begins after the id that its link names, whichever replica answers. */
export function pageAfter<T>(
  link: string,
  ids: readonly string[],
  itemsOf: (id: string) => T | readonly T[],
): ListPage<T> {
  const rest = ids.filter((id) => `list:${id}` > link).sort();
  const shown = rest.slice(0, itemsPerPage);
  const items = shown.flatMap((id) => itemsOf(id));
  return { items, ...(rest.length > shown.length ? { next: `list:${shown.at(-1)}` } : {}) };
}
