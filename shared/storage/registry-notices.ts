import { z } from 'zod';
import type { ExpiryNotices } from '../admin/expiry-notices.ts';
import { auditedWrites } from './audit-log.ts';
import type { RowChange } from './batch.ts';
import { scopePartition } from './registry-keys.ts';
import type { Rows } from './registry-rows.ts';

/** Marks `e|subject` in the partition of the organization whose audit tells of it; each holds the fewest days that were told. */
export function expiryNoticesOver(rows: Rows): ExpiryNotices {
  const audited = auditedWrites(rows);
  return {
    async tell(scope, { subject, days }, audit) {
      const rowKey = `e|${subject}`;
      const found = await rows.row(scopePartition(scope), rowKey);
      if (found !== undefined && MarkRow.parse(found.row).days <= days) return false;
      const row = { schema: 1, days };
      const mark: RowChange =
        found === undefined
          ? { action: 'insert', rowKey, row }
          : { action: 'replace', rowKey, row, etag: found.etag };
      return (await audited.write(scope, audit, [mark])).kind === 'committed';
    },
  };
}

const MarkRow = z.object({ schema: z.literal(1), days: z.int() });
