import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What an admin did; every field may be shown to readers, so it never holds a secret. */
export interface AuditDraft {
  /** Unique; sorts by time. */
  readonly id: string;
  /** RFC 3339. */
  readonly at: string;
  /** `key:<id>`, `entra:<object id>` or `system`. */
  readonly actor: string;
  readonly act: AuditAct;
  /** Id of what was acted on. */
  readonly subject: string;
  /** Names of the fields that changed, or other short facts. */
  readonly facts: Readonly<Record<string, string>>;
}

export const AuditAct = z.enum([
  'organization.created',
  'organization.changed',
  'organization.deleted',
  'directory.created',
  'directory.changed',
  'directory.paused',
  'directory.resumed',
  'directory.deleted',
  'directory.token.rotated',
  'directory.token.revoked',
  'directory.token.expiring',
  'directory.connected',
  'directory.tenant.learned',
  'directory.consented',
  'directory.limitations.acknowledged',
  'directory.confirmed',
  'directory.settings.changed',
  'directory.debug.changed',
  'run.started',
  'run.cancelled',
  'run.abandoned',
  'run.approved',
  'run.rejected',
  'user.synced',
  'admin-key.created',
  'admin-key.imported',
  'admin-key.revoked',
  'admin-key.expiring',
  'graph-secret.expiring',
]);
export type AuditAct = z.infer<typeof AuditAct>;

/** An entry in its place: each holds the hash of the one before, from number 1. */
export const AuditEntry = z.object({
  sequence: z.int().positive(),
  id: z.string(),
  at: z.string(),
  actor: z.string(),
  act: AuditAct,
  subject: z.string(),
  facts: z.record(z.string(), z.string()),
  previousHash: z.string(),
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** The last entry's number and hash; of no entries, 0 and the scope's own beginning. */
export interface AuditHead {
  readonly sequence: number;
  readonly hash: string;
}

/** A chain begins with its scope, so that entries of one cannot be passed off as another's. */
export const emptyHead = (scope: string): AuditHead => ({
  sequence: 0,
  hash: sha256(`rookery-audit|${scope}`),
});

export function nextEntry(head: AuditHead, draft: AuditDraft): AuditEntry {
  const { id, at, actor, act, subject, facts } = draft;
  const unsealed = {
    sequence: head.sequence + 1,
    id,
    at,
    actor,
    act,
    subject,
    facts,
    previousHash: head.hash,
  };
  return { ...unsealed, hash: entryHash(unsealed) };
}

export type AuditVerdict =
  | { readonly intact: true; readonly entries: number }
  /** `firstBad` is the number at which the chain breaks; entries cut off at the end break it after the last one there is. */
  | { readonly intact: false; readonly entries: number; readonly firstBad: number };

/** Finds a change, a gap, a swap, an insertion or a cut in the entries of a scope. */
export async function verifyAudit(
  scope: string,
  entries: AsyncIterable<AuditEntry>,
  head: AuditHead,
): Promise<AuditVerdict> {
  let last = emptyHead(scope);
  for await (const entry of entries) {
    const follows = entry.sequence === last.sequence + 1 && entry.previousHash === last.hash;
    if (!follows || entry.hash !== entryHash(entry)) {
      return { intact: false, entries: last.sequence, firstBad: last.sequence + 1 };
    }
    last = entry;
    // Written while we read: vouched for by a later head.
    if (last.sequence === head.sequence) break;
  }
  return last.sequence === head.sequence && last.hash === head.hash
    ? { intact: true, entries: last.sequence }
    : {
        intact: false,
        entries: last.sequence,
        firstBad: last.sequence === head.sequence ? last.sequence : last.sequence + 1,
      };
}

function entryHash(entry: Omit<AuditEntry, 'hash'>): string {
  const facts = Object.entries(entry.facts).sort(([one], [other]) => (one < other ? -1 : 1));
  const { sequence, id, at, actor, act, subject, previousHash } = entry;
  return sha256(JSON.stringify([sequence, id, at, actor, act, subject, facts, previousHash]));
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
