import { Refusal } from '../../model/refusal.ts';
import type { TenantDomain, UserEntry } from '../../sync/graph-port.ts';
import { tenantSize } from '../../sync/tenant-size.ts';
import { isExternalName } from '../../sync/user-mapping.ts';
import { auditDraft, checkIfMatch, type Handlers, nowOf } from '../call.ts';
import { connectionOf } from '../connection.ts';
import { connectionRights } from '../connection-rights.ts';
import { pageBody, positionOf } from '../cursors.ts';
import { type PreviewItem, previewPage } from '../preview-page.ts';
import type { NestedDirectoryRecord } from '../registry.ts';
import { patched } from '../sync-settings.ts';
import { probeView, reducedScope, type SeenTenant, seenTenant } from '../tenant-preview.ts';
import { changeNested, type InDirectory, readNested, readOffered } from './directory-change.ts';
import { consentLink, nestedAnswer } from './nested-directory.ts';

type ConnectionHandlers = Handlers<
  | 'changeConnection'
  | 'readConnection'
  | 'createConsentLink'
  | 'probeConnection'
  | 'previewDirectory'
  | 'previewDomains'
  | 'previewUsers'
  | 'previewGroups'
  | 'acknowledgeLimitations'
  | 'confirmDirectory'
  | 'readSyncSettings'
  | 'changeSyncSettings'
  | 'debugDirectory'
>;

export const nestedConnectionHandlers: ConnectionHandlers = {
  async readConnection(call) {
    const record = await readNested(call);
    return { body: record.connection, version: record.version };
  },

  async changeConnection(call) {
    const { body, ports } = call;
    const mustBeAllowed = await connectionRights(call);
    const after = await changeNested(call, (before) => {
      checkIfMatch(call.ifMatch, before.version);
      const connection = connectionOf(body, ports.nested, before.connection);
      mustBeAllowed({ before: before.connection, after: connection });
      const isMoved = connection.tenantId !== before.connection.tenantId;
      if (isMoved && before.confirmation !== undefined) {
        throw new Refusal('conflict', 'The tenant is confirmed: another one needs another directory.', {
          reason: 'tenant_pinned',
          about: { tenant: before.confirmation.tenantId },
        });
      }
      const facts = { fields: Object.keys(body).join(' '), tenant: connection.tenantId ?? '' };
      const audit = auditDraft(call, 'directory.connected', { subject: before.id, facts });
      const { consented, ...rest } = before;
      return { after: { ...rest, ...(isMoved || !consented ? {} : { consented }), connection }, audit };
    });
    return await nestedAnswer(after, ports);
  },

  async createConsentLink(call) {
    return { body: await consentLink(await readOffered(call), call.ports) };
  },

  async probeConnection(call) {
    const { record, ...tenant } = await seen(call);
    return { body: probeView(tenant, record.settings) };
  },

  async previewDirectory(call) {
    const { tenant, permissions, domains, hash, record } = await seen(call);
    const size = await tenantSize(call.ports.nested.graph(record.connection), permissions);
    const defaultDomain = domains.find(({ isDefault }) => isDefault)?.name;
    return {
      body: {
        tenant: { ...tenant, ...(defaultDomain === undefined ? {} : { defaultDomain }) },
        domains: domains.map(domainView),
        size,
        hash,
        confirmed: record.confirmation?.hash === hash,
        reducedScope: reducedScope(permissions),
      },
    };
  },

  async previewDomains(call) {
    const { domains } = await seen(call);
    const search = call.query.search?.toLowerCase() ?? '';
    const items = domains.filter(({ name }) => name.includes(search)).map(domainView);
    const start = Number(positionOf(call.query.cursor) ?? 0);
    if (!Number.isSafeInteger(start))
      throw new Refusal('invalid-cursor', 'The cursor is not one of this list: start again without it.');
    const next = start + call.query.limit;
    const page = items.slice(start, next);
    return { body: pageBody(page, next < items.length ? String(next) : undefined) };
  },

  async previewUsers(call) {
    const graph = call.ports.nested.graph((await readOffered(call)).connection);
    const read = (link?: string) => graph.userList(link);
    return { body: await previewPage({ path: 'users', read, show: userView }, call.query) };
  },

  async previewGroups(call) {
    const graph = call.ports.nested.graph((await readOffered(call)).connection);
    const read = (link?: string) => graph.groupList(link);
    return { body: await previewPage({ path: 'groups', read, show: groupView }, call.query) };
  },

  async acknowledgeLimitations(call) {
    const after = await changeNested(call, (before) => {
      if (before.acknowledged !== undefined) return undefined;
      const audit = auditDraft(call, 'directory.limitations.acknowledged', { subject: before.id });
      return { after: { ...before, acknowledged: { by: call.caller.actor, at: nowOf(call.ports) } }, audit };
    });
    return await nestedAnswer(after, call.ports);
  },

  async confirmDirectory(call) {
    const { ports, body } = call;
    const { tenant, permissions, domains, hash, record } = await seen(call);
    if (hash !== body.hash) {
      throw new Refusal('conflict', 'Tenant or domains are not those of the preview any more: look again.', {
        reason: 'preview_changed',
      });
    }
    const size = await tenantSize(ports.nested.graph(record.connection), permissions);
    const verified = domains.flatMap(({ name, isVerified }) => (isVerified ? [name] : []));
    const after = await changeNested(call, (before) => {
      if (before.confirmation?.hash === hash && !(before.connection.tenantId === undefined)) return undefined;
      const at = nowOf(ports);
      const confirmation = {
        by: call.caller.actor,
        at,
        hash,
        tenantId: tenant.tenantId,
        domains: verified,
        size,
      };
      const facts = { tenant: tenant.tenantId, domains: String(verified.length), hash };
      return {
        after: { ...before, confirmation },
        audit: auditDraft(call, 'directory.confirmed', { subject: before.id, facts }),
      };
    });
    return await nestedAnswer(after, ports);
  },

  async debugDirectory(call) {
    const { ports, body } = call;
    const until = new Date(ports.random.now() + body.hours * 3_600_000).toISOString();
    const after = await changeNested(call, ({ debug: _, ...before }) => {
      const debug = body.hours === 0 ? {} : { debug: { by: call.caller.actor, until } };
      const facts = { hours: String(body.hours) };
      return {
        after: { ...before, ...debug },
        audit: auditDraft(call, 'directory.debug.changed', { subject: before.id, facts }),
      };
    });
    return await nestedAnswer(after, ports);
  },

  async readSyncSettings(call) {
    const { settings, settingsVersion } = await readNested(call);
    return { body: settings, version: settingsVersion };
  },

  async changeSyncSettings(call) {
    const after = await changeNested(call, (before) => {
      checkIfMatch(call.ifMatch, before.settingsVersion);
      const settings = patched(before.settings, call.body);
      const fields = Object.keys(call.body).filter((name) => changes(before.settings, settings, name));
      if (fields.length === 0) return undefined;
      const facts = { fields: fields.join(' '), version: String(before.settingsVersion + 1) };
      return {
        after: { ...before, settings, settingsVersion: before.settingsVersion + 1 },
        audit: auditDraft(call, 'directory.settings.changed', { subject: before.id, facts }),
      };
    });
    return { body: after.settings, version: after.settingsVersion };
  },
};

const changes = (before: object, after: object, name: string): boolean =>
  JSON.stringify(before[name as never]) !== JSON.stringify(after[name as never]);

interface Seen extends SeenTenant {
  readonly record: NestedDirectoryRecord;
}

/** What the connection reads now. A tenant that only Graph could tell, or that got another name, is remembered with the connection. */
async function seen(call: InDirectory): Promise<Seen> {
  const record = await readOffered(call);
  const graph = call.ports.nested.graph(record.connection);
  const tenant = await seenTenant(record, graph);
  const { tenantId, displayName } = tenant.tenant;
  const isKnown = record.connection.tenantId !== undefined && record.connection.displayName === displayName;
  if (isKnown || (record.connection.tenantId !== undefined && displayName === ''))
    return { ...tenant, record };
  const learned = await changeNested(call, (before) => ({
    after: { ...before, connection: { ...before.connection, tenantId: tenantId.toLowerCase(), displayName } },
    audit: auditDraft(call, 'directory.tenant.learned', { subject: before.id, facts: { tenant: tenantId } }),
  }));
  return { ...tenant, record: learned };
}

const domainView = ({ name, isVerified, isDefault, isInitial }: TenantDomain) => ({
  ...{ name, isVerified, isDefault, isInitial },
});

function userView(entry: UserEntry): PreviewItem | undefined {
  if (entry.kind !== 'present') return undefined;
  const { id, fields } = entry;
  const names = texts(fields, ['displayName', 'userPrincipalName', 'mail']);
  const guest = fields['userType'] === 'Guest' || isExternalName(names['userPrincipalName'] ?? '');
  return { id, ...names, guest, enabled: fields['accountEnabled'] !== false };
}

const groupView = (entry: { readonly kind: string; readonly id: string; readonly fields?: object }) =>
  entry.kind === 'present'
    ? { id: entry.id, ...texts(entry.fields ?? {}, ['displayName', 'mail']) }
    : undefined;

function texts(fields: object, names: readonly string[]): Record<string, string> {
  const found = names.map((name): [string, unknown] => [name, fields[name as never]]);
  return Object.fromEntries(found.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
