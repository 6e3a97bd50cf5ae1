import type { AdminScope } from '../../access/admin-access.ts';
import { newSecret } from '../../access/secret.ts';
import type { KeyId } from '../../model/ids.ts';
import { newKeyId } from '../../model/new-ids.ts';
import { type Answer, auditDraft, type Call, type Handlers, nothingThere, nowOf } from '../call.ts';
import type { adminKeyOperations } from '../contract/admin-keys.ts';
import { pageBody, positionOf } from '../cursors.ts';
import type { AdminPorts } from '../ports.ts';
import type { AdminKeyRecord } from '../registry.ts';
import { auditPage, auditVerdict } from './audit.ts';

export const adminKeyHandlers: Handlers<keyof typeof adminKeyOperations> = {
  listAdminKeys: async (call) => await list(call.params.organizationId, call),
  createAdminKey: async (call) => await create(call.params.organizationId, call),
  revokeAdminKey: async (call) =>
    await revoke({ scope: call.params.organizationId, id: call.params.keyId }, call),
  listInstallationKeys: async (call) => await list('all', call),
  createInstallationKey: async (call) => await create('all', call),
  revokeInstallationKey: async (call) => await revoke({ scope: 'all', id: call.params.keyId }, call),
  listAudit: async (call) => await auditPage(call.params.organizationId, call),
  verifyAudit: async (call) => await auditVerdict(call.params.organizationId, call.ports),
  listInstallationAudit: async (call) => await auditPage('all', call),
  verifyInstallationAudit: async (call) => await auditVerdict('all', call.ports),
};

type Listing = Pick<Call<'listAdminKeys'>, 'query' | 'ports'>;

async function list(scope: AdminScope, { query, ports }: Listing): Promise<Answer> {
  await mustExist(scope, ports);
  const page = { after: positionOf(query.cursor), limit: query.limit };
  const [{ items, next }, used] = await Promise.all([
    ports.registry.adminKeys(scope, page),
    ports.requestLog.adminKeysUsed(),
  ]);
  return {
    body: pageBody(
      items.map((record) => view(record, used[record.id])),
      next,
    ),
  };
}

type Creation = Pick<Call<'createAdminKey'>, 'body' | 'ports' | 'caller'>;

async function create(scope: AdminScope, call: Creation): Promise<Answer> {
  const { body, ports } = call;
  await mustExist(scope, ports);
  const { text, prefix, hash } = newSecret('admin', ports.random.randomBytes);
  const expires = new Date(ports.random.now() + body.expiresInDays * 86_400_000).toISOString();
  const record: AdminKeyRecord = {
    id: newKeyId(ports.random),
    ...{ hash, prefix, name: body.name, role: body.role, scope, version: 1 },
    ...{ created: nowOf(ports), expires, revoked: false },
  };
  const facts = { role: body.role, scope };
  await ports.registry.createAdminKey(
    record,
    auditDraft(call, 'admin-key.created', { subject: record.id, facts }),
  );
  const shown = view(record, undefined);
  return { body: { ...shown, key: text }, again: { ...shown, keyAlreadyShown: true } };
}

type Revocation = Pick<Call<'revokeAdminKey'>, 'ports' | 'caller'>;

async function revoke(key: { scope: AdminScope; id: KeyId }, call: Revocation): Promise<Answer> {
  const { registry } = call.ports;
  const record = await registry.adminKey(key.scope, key.id);
  if (record === undefined) throw nothingThere('key');
  const draft = auditDraft(call, 'admin-key.revoked', { subject: record.id });
  if (!(await registry.revokeAdminKey(record, draft))) throw nothingThere('key');
  return {};
}

async function mustExist(scope: AdminScope, { registry }: AdminPorts): Promise<void> {
  if (scope !== 'all' && (await registry.organization(scope)) === undefined)
    throw nothingThere('organization');
}

function view(record: AdminKeyRecord, lastUsed: string | undefined) {
  const { id, name, prefix, role, scope, created, expires } = record;
  return {
    ...{ id, name, role, scope, created, expires },
    ...(prefix === undefined ? {} : { prefix }),
    ...(lastUsed === undefined ? {} : { lastUsed }),
  };
}
