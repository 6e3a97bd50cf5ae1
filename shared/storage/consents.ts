import { z } from 'zod';
import type { ConsentStore } from '../admin/nested-ports.ts';
import { DirectoryId, OrganizationId } from '../model/ids.ts';
import type { Rows } from './registry-rows.ts';

/** States of consent links, in a partition of their own of table `registry`. */
export function consentsOver(rows: Rows): ConsentStore {
  return {
    async open(hash, { organizationId, directoryId, expires }) {
      const row = { schema: 1, organizationId, directoryId, expires: String(expires) };
      const changes = [{ action: 'upsert', rowKey: hash, row }] as const;
      await rows.transact({ partitionKey, changes, proof: hash });
    },

    async pending(hash) {
      const found = await rows.row(partitionKey, hash);
      if (found === undefined) return undefined;
      const { organizationId, directoryId, expires } = Row.parse(found.row);
      return { organizationId, directoryId, expires: Number(expires) };
    },

    close: async (hash) => await remove(rows, hash),

    async removeLapsed(now) {
      const found = await rows.range(partitionKey, { from: '0', to: 'g', limit: 100 });
      for (const { rowKey, row } of found) {
        if (Number(Row.parse(row).expires) < now) await remove(rows, rowKey);
      }
    },
  };
}

/** Also where somebody else has done it. */
async function remove(rows: Rows, rowKey: string): Promise<void> {
  await rows.transact({ partitionKey, changes: [{ action: 'delete', rowKey }], proof: rowKey });
}

const partitionKey = 'consents';
const Row = z.object({
  schema: z.literal(1),
  organizationId: OrganizationId,
  directoryId: DirectoryId,
  expires: z.string(),
});
