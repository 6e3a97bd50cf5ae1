import type { AdminScope } from '../../access/admin-access.ts';
import { Refusal } from '../../model/refusal.ts';
import { type AuditEntry, verifyAudit } from '../audit.ts';
import type { Answer, Call } from '../call.ts';
import { pageBody, positionOf } from '../cursors.ts';
import type { AdminPorts } from '../ports.ts';

export async function auditPage(
  scope: AdminScope,
  { query, ports }: Pick<Call<'listAudit'>, 'query' | 'ports'>,
): Promise<Answer> {
  const after = Number(positionOf(query.cursor) ?? 0);
  if (!Number.isSafeInteger(after))
    throw new Refusal('invalid-cursor', 'The cursor is not one of this list.');
  const items = await ports.registry.audit(scope, { after, limit: query.limit });
  const last = items.length === query.limit ? items.at(-1)?.sequence : undefined;
  return { body: pageBody(items, last === undefined ? undefined : String(last)) };
}

export async function auditVerdict(scope: AdminScope, { registry }: AdminPorts): Promise<Answer> {
  const head = await registry.auditHead(scope);
  return { body: await verifyAudit(scope, entriesOf(scope, registry), head) };
}

async function* entriesOf(scope: AdminScope, registry: AdminPorts['registry']): AsyncIterable<AuditEntry> {
  for (let after = 0; ; ) {
    const page = await registry.audit(scope, { after, limit: 1000 });
    yield* page;
    const last = page.at(-1)?.sequence;
    if (last === undefined || last <= after) return;
    after = last;
  }
}
