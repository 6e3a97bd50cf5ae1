import type { TablePolicy } from '../../shared/storage/table-policy.ts';

/** Notes every request that touches no partition of a directory, or more than one (T03, I7). */
export function onePartitionPerRequest(): {
  readonly policy: TablePolicy;
  violations(): readonly string[];
} {
  const found: string[] = [];
  const policy: TablePolicy = {
    name: 'onePartitionPerRequest',
    sendRequest: (request, next) => {
      const url = decodeURIComponent(request.url.replaceAll('+', ' '));
      if (!/\/Tables(\(|$|\?)/.test(url)) {
        const text = url + (typeof request.body === 'string' ? request.body : '');
        const named = [
          ...text.matchAll(/PartitionKey(?:=| eq |%3D)'([^']*)'/g),
          ...text.matchAll(/"PartitionKey":"([^"]*)"/g),
        ].map(([, partition]) => partition ?? '');
        const isOne = new Set(named).size === 1 && named.every((key) => /^dir_[0-9a-f]{32}$/.test(key));
        if (!isOne) found.push(`${request.method} ${request.url}`);
      }
      return next(request);
    },
  };
  return { policy, violations: () => found };
}
