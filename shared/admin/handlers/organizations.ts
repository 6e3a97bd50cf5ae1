import { newOrganizationId } from '../../model/new-ids.ts';
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
    const record: OrganizationRecord = { id, name: body.name, preview: allPreviews, ...stamps };
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
      const { after, facts } = changedBy(before, call.body);
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

/** `facts` for the audit; undefined when nothing is another. */
function changedBy(before: OrganizationRecord, body: Call<'changeOrganization'>['body']) {
  const name = body.name ?? before.name;
  const nestedDirectories = body.preview?.nestedDirectories ?? before.preview.nestedDirectories;
  const isSwitched = nestedDirectories !== before.preview.nestedDirectories;
  const fields = [...(name === before.name ? [] : ['name']), ...(isSwitched ? [switchName] : [])];
  const after: OrganizationRecord = { ...before, name, preview: { nestedDirectories } };
  if (fields.length === 0) return { after, facts: undefined };
  const switched = isSwitched ? { [switchName]: String(nestedDirectories) } : {};
  return { after, facts: { fields: fields.join(' '), ...switched } };
}

const switchName = 'preview.nestedDirectories';

function found(record: OrganizationRecord | undefined): OrganizationRecord {
  if (record === undefined) throw nothingThere('organization');
  return record;
}

const view = ({ id, name, preview, created, lastModified }: OrganizationRecord) => ({
  id,
  name,
  preview,
  created,
  lastModified,
});

const shown = (record: OrganizationRecord): Answer => ({ body: view(record), version: record.version });
