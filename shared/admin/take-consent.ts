import { secretHash } from '../access/secret.ts';
import { timeOrdered } from '../model/new-ids.ts';
import type { AuditDraft } from './audit.ts';
import { untilCurrent } from './call.ts';
import { consentLink } from './handlers/nested-directory.ts';
import type { PendingConsent } from './nested-ports.ts';
import type { AdminPorts } from './ports.ts';
import type { NestedDirectoryRecord } from './registry.ts';

export interface ConsentAnswer {
  readonly status: number;
  readonly body: object;
  /** The same for a person. */
  readonly page: string;
}

/**
 * What comes back from the consent page: `state` of a link that we gave, `tenant`, and either `admin_consent=True` or an
 * error. Each state works once and for 15 minutes; the tenant must be the pinned one (S2-03, S2-09, S2-15).
 */
export async function takeConsent(query: URLSearchParams, ports: AdminPorts): Promise<ConsentAnswer> {
  const state = query.get('state') ?? '';
  const pending = state === '' ? undefined : await ports.nested.consents.take(secretHash(state));
  if (pending === undefined || pending.expires < ports.random.now()) {
    return answer(
      400,
      'consent_link_expired',
      'This link was used already, or is older than 15 minutes. Ask for a new one.',
    );
  }
  const record = await ports.registry.directory(pending.organizationId, pending.directoryId);
  if (record?.kind !== 'nested') return answer(404, 'not_found', 'The directory is not there any more.');
  const isGiven = query.get('admin_consent')?.toLowerCase() === 'true' && query.get('error') === null;
  if (!isGiven) return await declined(record, ports);
  const tenant = query.get('tenant')?.toLowerCase();
  if (tenant === undefined || tenant !== record.connection.tenantId?.toLowerCase()) {
    return answer(409, 'wrong_tenant', 'Consent was given in another tenant than the one of the directory.');
  }
  await remember(pending, ports);
  return answer(200, 'consented', 'Thank you. Rookery may read the tenant now: go on with the preview.');
}

/** Most often somebody who is no administrator; the link is used up, so a new one is given. */
async function declined(record: NestedDirectoryRecord, ports: AdminPorts): Promise<ConsentAnswer> {
  const { url, expires } = await consentLink(record, ports);
  const text = 'Consent was not given. An administrator of the tenant has to open the link and accept.';
  const { body, page } = answer(403, 'admin_consent_required', text);
  return { status: 403, body: { ...body, consent: { url, expires } }, page };
}

async function remember(pending: PendingConsent, { registry, random }: AdminPorts): Promise<void> {
  await untilCurrent(async () => {
    const before = await registry.directory(pending.organizationId, pending.directoryId);
    if (before?.kind !== 'nested') return true;
    const at = new Date(random.now()).toISOString();
    const after = { ...before, consented: { at }, version: before.version + 1, lastModified: at };
    const audit: AuditDraft = {
      ...{ id: timeOrdered(random), at, actor: 'system', act: 'directory.consented', subject: before.id },
      facts: { tenant: before.connection.tenantId ?? '' },
    };
    return (await registry.replaceDirectory(before, after, audit)) ? true : undefined;
  });
}

/** Nothing in the page comes from the request. */
const answer = (status: number, code: string, text: string): ConsentAnswer => ({
  status,
  body: { code, detail: text },
  page: `<!doctype html><html lang="en"><meta charset="utf-8"><title>Rookery</title><h1>Rookery</h1><p>${text}</p></html>`,
});
