import { z } from 'zod';
import {
  type EarlierRequest,
  type IdempotencyStore,
  idempotencyLifeMilliseconds,
  idempotencyRunMilliseconds,
  StoredAnswer,
} from '../admin/idempotency.ts';
import type { RowChange } from './batch.ts';
import { endOf } from './registry-keys.ts';
import type { FoundRow, Rows } from './registry-rows.ts';

/** Idempotency keys as rows `i|hash` of one partition of the table `registry`: they are few and live a day. */
export function idempotencyOver(rows: Rows): IdempotencyStore {
  const put = async (change: RowChange) =>
    await rows.transact({ partitionKey, changes: [change], proof: change.rowKey });

  return {
    async claim(key, { requestHash, now }) {
      const rowKey = `i|${key}`;
      const row = { schema: 1, requestHash, lapses: now + idempotencyRunMilliseconds, answer: '' };
      let change: RowChange = { action: 'insert', rowKey, row };
      while ((await put(change)).kind === 'refused') {
        const found = await rows.row(partitionKey, rowKey);
        const before = found && parse(found);
        if (before !== undefined && before.lapses > now) return before.earlier;
        change =
          before === undefined
            ? { action: 'insert', rowKey, row }
            : { action: 'replace', rowKey, row, etag: before.etag };
      }
      return undefined;
    },

    async answered(key, { requestHash, now }, answer) {
      const json = JSON.stringify(answer);
      // An answer too long for a row is not given again; no POST of ours has one.
      if (json.length > answerUnitsMax) throw new Error(`an answer of ${json.length} units cannot be stored`);
      const row = { schema: 1, requestHash, lapses: now + idempotencyLifeMilliseconds, answer: json };
      await put({ action: 'upsert', rowKey: `i|${key}`, row });
    },

    async release(key) {
      await put({ action: 'delete', rowKey: `i|${key}` });
    },

    async removeLapsed(now) {
      const found = await rows.range(partitionKey, { from: 'i|', to: endOf('i'), limit: 1000 });
      const lapsed = found.filter((row) => parse(row).lapses <= now);
      for (const { rowKey, etag } of lapsed) await put({ action: 'delete', rowKey, etag });
      return lapsed.length;
    },
  };
}

const partitionKey = 'idempotency';
const answerUnitsMax = 30_000;

const Row = z.object({
  schema: z.literal(1),
  requestHash: z.string(),
  lapses: z.number(),
  answer: z.string(),
});

function parse(found: FoundRow): { lapses: number; etag: string; earlier: EarlierRequest } {
  const { requestHash, lapses, answer } = Row.parse(found.row);
  const earlier: EarlierRequest =
    answer === ''
      ? { kind: 'running', requestHash }
      : { kind: 'answered', requestHash, answer: StoredAnswer.parse(JSON.parse(answer)) };
  return { lapses, etag: found.etag, earlier };
}
