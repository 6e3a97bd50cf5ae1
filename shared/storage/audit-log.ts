import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { AdminScope } from '../access/admin-access.ts';
import { type AuditDraft, AuditEntry, type AuditHead, emptyHead, nextEntry } from '../admin/audit.ts';
import { limits } from '../model/limits.ts';
import { Refusal } from '../model/refusal.ts';
import type { RowChange } from './batch.ts';
import { auditHeadKey, auditKey, auditKeyBefore, endOf, scopePartition } from './registry-keys.ts';
import type { Rows } from './registry-rows.ts';
import type { TransactionOutcome } from './transaction.ts';

/** Writes of a scope, each chained to the one before by its audit entry in the same transaction. */
export interface AuditedWrites {
  /** Carries `changes` out together with the entry of `draft`, or none of both; what stood in the way is one of `changes`. */
  write(scope: AdminScope, draft: AuditDraft, changes: readonly RowChange[]): Promise<TransactionOutcome>;
  head(scope: AdminScope): Promise<AuditHead>;
  entries(scope: AdminScope, page: { after: number; limit: number }): Promise<readonly AuditEntry[]>;
}

export function auditedWrites(rows: Rows): AuditedWrites {
  // Writes of one process stand in line for the head instead of racing for it.
  const lines = new Map<string, Promise<unknown>>();

  async function attemptAll(
    scope: AdminScope,
    draft: AuditDraft,
    changes: readonly RowChange[],
  ): Promise<TransactionOutcome> {
    const partitionKey = scopePartition(scope);
    for (let attempt = 0; attempt < limits.writeAttemptsMax; attempt++) {
      const found = await rows.row(partitionKey, auditHeadKey);
      const entry = nextEntry(found === undefined ? emptyHead(scope) : HeadRow.parse(found.row), draft);
      const proof = auditKey(entry.sequence, entry.id);
      const headRow = { schema: 1, sequence: entry.sequence, hash: entry.hash };
      const head: RowChange =
        found === undefined
          ? { action: 'insert', rowKey: auditHeadKey, row: headRow }
          : { action: 'replace', rowKey: auditHeadKey, row: headRow, etag: found.etag };
      const record: RowChange = {
        action: 'insert',
        rowKey: proof,
        row: { schema: 1, json: JSON.stringify(entry) },
      };
      const outcome = await rows.transact({ partitionKey, changes: [...changes, head, record], proof });
      if (outcome.kind === 'committed' || outcome.change.rowKey !== auditHeadKey) return outcome;
      await pause(20 * 2 ** attempt * Math.random());
    }
    throw new Refusal('busy', 'Many changes are made at once; try again shortly.', {
      headers: { 'retry-after': '1' },
    });
  }

  return {
    async write(scope, draft, changes) {
      const before = lines.get(scope) ?? Promise.resolve();
      const mine = before.then(() => attemptAll(scope, draft, changes));
      const settled = mine.catch(() => undefined);
      lines.set(scope, settled);
      try {
        return await mine;
      } finally {
        if (lines.get(scope) === settled) lines.delete(scope);
      }
    },

    async head(scope) {
      const found = await rows.row(scopePartition(scope), auditHeadKey);
      return found === undefined ? emptyHead(scope) : HeadRow.parse(found.row);
    },

    async entries(scope, { after, limit }) {
      const from = auditKeyBefore(after + 1);
      const found = await rows.range(scopePartition(scope), { from, to: endOf('a'), limit });
      return found.map(({ row }) => AuditEntry.parse(JSON.parse(z.string().parse(row['json']))));
    },
  };
}

const HeadRow = z.object({ sequence: z.int().positive(), hash: z.string() });
