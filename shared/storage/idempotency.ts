import { z } from 'zod';
import {
  type EarlierRequest,
  type IdempotencyStore,
  idempotencyLifeMilliseconds,
  idempotencyRunMilliseconds,
  StoredAnswer,
} from '../admin/idempotency.ts';
import type { RowChange, RowProperties } from './batch.ts';
import { packValue, unpackValue } from './nested/packed-value.ts';
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
      const lapses = now + idempotencyLifeMilliseconds;
      const row = { schema: 1, requestHash, lapses, ...answerProperties(answer) };
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

/** A long answer, as of a directory with thousands of chosen groups, is packed; a record, which fits a row as it is, does so by far. */
function answerProperties(answer: StoredAnswer): RowProperties {
  const json = JSON.stringify(answer);
  return json.length <= answerUnitsMax ? { answer: json } : { answer: '', ...packValue(answer) };
}

const Row = z.object({
  schema: z.literal(1),
  requestHash: z.string(),
  lapses: z.number(),
  answer: z.string(),
  /** Of a packed answer. */
  bytes: z.number().optional(),
});

function parse(found: FoundRow): { lapses: number; etag: string; earlier: EarlierRequest } {
  const { requestHash, lapses, answer, bytes } = Row.parse(found.row);
  const { etag } = found;
  if (answer === '' && bytes === undefined)
    return { lapses, etag, earlier: { kind: 'running', requestHash } };
  const stored: unknown = bytes === undefined ? JSON.parse(answer) : unpackValue(found.row);
  return { lapses, etag, earlier: { kind: 'answered', requestHash, answer: StoredAnswer.parse(stored) } };
}
