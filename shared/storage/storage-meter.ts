import type { TablePolicy } from './table-policy.ts';

/** What one round trip to the table service does. */
export type StorageOperation =
  | 'point-read'
  | 'query'
  | 'transaction'
  | 'insert'
  | 'update'
  | 'delete'
  | 'table';

/** Counts round trips exactly as they go over the wire. */
export interface StorageMeter {
  readonly policy: TablePolicy;
  /** Round trips since the last reset, only the kinds that occurred. */
  counts(): Readonly<Partial<Record<StorageOperation, number>>>;
  total(): number;
  reset(): void;
}

/** `alsoTold` hears of each round trip in the context of whoever makes it. */
export function storageMeter(alsoTold?: () => void): StorageMeter {
  const counted = new Map<StorageOperation, number>();
  return {
    policy: {
      name: 'storageMeter',
      sendRequest: (request, next) => {
        const operation = operationOf(request);
        counted.set(operation, (counted.get(operation) ?? 0) + 1);
        alsoTold?.();
        return next(request);
      },
    },
    counts: () => Object.fromEntries(counted),
    total: () => [...counted.values()].reduce((sum, count) => sum + count, 0),
    reset: () => counted.clear(),
  };
}

/** The operation a request to the table service asks for. */
export function operationOf(request: { readonly method: string; readonly url: string }): StorageOperation {
  const path = new URL(request.url).pathname;
  if (path.endsWith('/$batch')) return 'transaction';
  if (/\/Tables(\(|$)/.test(path)) return 'table';
  switch (request.method) {
    case 'GET':
      return path.includes('(PartitionKey=') ? 'point-read' : 'query';
    case 'DELETE':
      return 'delete';
    case 'POST':
      return 'insert';
    default:
      return 'update';
  }
}
