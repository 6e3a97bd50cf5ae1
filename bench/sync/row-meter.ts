import type { TablePolicy } from '../../shared/storage/table-policy.ts';

/** What the rows of a nested directory are, by the beginning of their keys. */
const kinds = new Map([
  ['u', 'objects'],
  ['g', 'objects'],
  ['p', 'chunks'],
  ['f', 'counts'],
  ['r', 'reverse'],
  ['o', 'told'],
  ['t', 'staged'],
  ['w', 'staged'],
]);

/** Counts the rows that transactions write or delete, the run's own ones (lease, checkpoint, state) among `others`. */
export function rowMeter(): {
  readonly policy: TablePolicy;
  counts(): Readonly<Record<string, number>>;
  reset(): void;
} {
  const counted = new Map<string, number>();
  return {
    policy: {
      name: 'rowMeter',
      sendRequest: (request, next) => {
        const body = typeof request.body === 'string' ? request.body : '';
        for (const [, key = ''] of body.matchAll(/^(?:PUT|PATCH|DELETE) .*RowKey='(\w+)/gm)) {
          const kind = kinds.get(key) ?? 'others';
          counted.set(kind, (counted.get(kind) ?? 0) + 1);
        }
        return next(request);
      },
    },
    counts: () => Object.fromEntries(counted),
    reset: () => counted.clear(),
  };
}
