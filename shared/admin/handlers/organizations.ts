import { newOrganizationId } from '../../model/new-ids.ts';
import { Refusal } from '../../model/refusal.ts';
import {
  type Answer,
  auditDraft,
  type Call,
  checkIfMatch,
  type Handlers,
  nothingThere,
  nowOf,
  untilCurrent,
} from '../call.ts';
import type { organizationOperations } from '../contract/organizations.ts';
import { pageBody, positionOf } from '../cursors.ts';
import { allPreviews, type OrganizationRecord } from '../registry.ts';
import { stopRunsOf } from '../stop-runs.ts';

export const organizationHandlers: Handlers<keyof typeof organizationOperations> = {
  async listOrganizations({ query, caller, ports }) {
    if (caller.scope !== 'all') {
      const own = await ports.registry.organization(caller.scope);
      return { body: pageBody(own === undefined ? [] : [view(own)], undefined) };
    }
    const after = positionOf(query.cursor);
    const { items, next } = await ports.registry.organizations({ after, limit: query.limit });
    return { body: pageBody(items.map(view), next) };
  },

  async createOrganization(call) {
    const { body, ports } = call;
    const at = nowOf(ports);
    const id = newOrganizationId(ports.random);
    const stamps = { version: 1, created: at, lastModified: at };
    const record: OrganizationRecord = {
      id,
      name: body.name,
      preview: allPreviews,
      tenants: tenantsOf(body),
      ...stamps,
    };
    await ports.registry.createOrganization(
      record,
      auditDraft(call, 'organization.created', { subject: id }),
    );
    return { ...shown(record), location: `/api/v1/orgs/${id}` };
  },

  readOrganization: async ({ params, ports }) =>
    shown(found(await ports.registry.organization(params.organizationId))),

  async changeOrganization(call) {
    const changed = await untilCurrent(async () => {
      const { params, ports } = call;
      const before = found(await ports.registry.organization(params.organizationId));
      checkIfMatch(call.ifMatch, before.version);
      const { after, facts } = changedBy(before, call);
      if (facts === undefined) return before;
      const stamped = { ...after, version: before.version + 1, lastModified: nowOf(ports) };
      const draft = auditDraft(call, 'organization.changed', { subject: before.id, facts });
      return (await ports.registry.replaceOrganization(before, stamped, draft)) ? stamped : undefined;
    });
    if (!changed.preview.nestedDirectories) await stopRunsOf(changed.id, call.ports);
    return shown(changed);
  },

  deleteOrganization: async (call) =>
    await untilCurrent(async () => {
      const before = found(await call.ports.registry.organization(call.params.organizationId));
      checkIfMatch(call.ifMatch, before.version);
      const draft = auditDraft(call, 'organization.deleted', { subject: before.id });
      return (await call.ports.registry.deleteOrganization(before, draft)) ? {} : undefined;
    }),
};

/** `facts` for the audit; undefined when nothing is another. Refusal `forbidden` for what the installation decides. */
function changedBy(before: OrganizationRecord, { body, caller }: Call<'changeOrganization'>) {
  const name = body.name ?? before.name;
  const nestedDirectories = body.preview?.nestedDirectories ?? before.preview.nestedDirectories;
  const tenants = body.tenants === undefined ? before.tenants : tenantsOf(body);
  const isSwitched = nestedDirectories !== before.preview.nestedDirectories;
  const isOpened = tenants.join() !== before.tenants.join();
  if (isOpened && caller.scope !== 'all') {
    throw new Refusal('forbidden', 'The tenants of an organization need a key of the whole installation.', {
      reason: 'installation_key_needed',
    });
  }
  const fields = [
    ...(name === before.name ? [] : ['name']),
    ...(isSwitched ? [switchName] : []),
    ...(isOpened ? ['tenants'] : []),
  ];
  const after: OrganizationRecord = { ...before, name, preview: { nestedDirectories }, tenants };
  if (fields.length === 0) return { after, facts: undefined };
  const switched = isSwitched ? { [switchName]: String(nestedDirectories) } : {};
  const opened = isOpened ? { tenants: tenants.join(' ') } : {};
  return { after, facts: { fields: fields.join(' '), ...switched, ...opened } };
}

/** Each once, in one order. */
const tenantsOf = ({ tenants = [] }: { readonly tenants?: readonly string[] | undefined }) =>
  [...new Set(tenants)].sort();

const switchName = 'preview.nestedDirectories';

function found(record: OrganizationRecord | undefined): OrganizationRecord {
  if (record === undefined) throw nothingThere('organization');
  return record;
}

const view = ({ id, name, preview, tenants, created, lastModified }: OrganizationRecord) => ({
  id,
  name,
  preview,
  tenants,
  created,
  lastModified,
});

const shown = (record: OrganizationRecord): Answer => ({ body: view(record), version: record.version });
