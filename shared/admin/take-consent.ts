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
 * error. Each state works once and for 15 minutes; the tenant must be the pinned one (S2-03, S2-09, S2-15). The link is used up
 * when what came of it is stored: who comes back after a process died in between is answered as if it had not.
 */
export async function takeConsent(query: URLSearchParams, ports: AdminPorts): Promise<ConsentAnswer> {
  const { consents } = ports.nested;
  const link = secretHash(query.get('state') ?? '');
  const pending = await consents.pending(link);
  if (pending === undefined || pending.expires < ports.random.now()) {
    return answer(
      400,
      'consent_link_expired',
      'This link was used already, or is older than 15 minutes. Ask for a new one.',
    );
  }
  const answered = await answerTo(query, { ...pending, link }, ports);
  await consents.close(link);
  return answered;
}

interface Returned extends PendingConsent {
  /** Hash of the state. */
  readonly link: string;
}

async function answerTo(
  query: URLSearchParams,
  returned: Returned,
  ports: AdminPorts,
): Promise<ConsentAnswer> {
  const record = await ports.registry.directory(returned.organizationId, returned.directoryId);
  if (record?.kind !== 'nested') return answer(404, 'not_found', 'The directory is not there any more.');
  const isGiven = query.get('admin_consent')?.toLowerCase() === 'true' && query.get('error') === null;
  if (!isGiven) return await declined(record, ports);
  const tenant = query.get('tenant')?.toLowerCase();
  if (tenant === undefined || tenant !== record.connection.tenantId?.toLowerCase()) {
    return answer(409, 'wrong_tenant', 'Consent was given in another tenant than the one of the directory.');
  }
  await remember(returned, ports);
  return answer(200, 'consented', 'Thank you. Rookery may read the tenant now: go on with the preview.');
}

/** Most often somebody who is no administrator; the link is used up, so a new one is given. */
async function declined(record: NestedDirectoryRecord, ports: AdminPorts): Promise<ConsentAnswer> {
  const { url, expires } = await consentLink(record, ports);
  const text = 'Consent was not given. An administrator of the tenant has to open the link and accept.';
  const { body, page } = answer(403, 'admin_consent_required', text);
  return { status: 403, body: { ...body, consent: { url, expires } }, page };
}

async function remember(
  { organizationId, directoryId, link }: Returned,
  { registry, random }: AdminPorts,
): Promise<void> {
  await untilCurrent(async () => {
    const before = await registry.directory(organizationId, directoryId);
    if (before?.kind !== 'nested' || before.consented?.link === link) return true;
    const at = new Date(random.now()).toISOString();
    const after = { ...before, consented: { at, link }, version: before.version + 1, lastModified: at };
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
