import { newOrganizationId } from '../../model/new-ids.ts';
import {
  type Answer,
  auditDraft,
  checkIfMatch,
  type Handlers,
  nothingThere,
  nowOf,
  untilCurrent,
} from '../call.ts';
import type { organizationOperations } from '../contract/organizations.ts';
import { pageBody, positionOf } from '../cursors.ts';
import type { OrganizationRecord } from '../registry.ts';

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
    const record: OrganizationRecord = { id, name: body.name, version: 1, created: at, lastModified: at };
    await ports.registry.createOrganization(
      record,
      auditDraft(call, 'organization.created', { subject: id }),
    );
    return { ...shown(record), location: `/api/v1/orgs/${id}` };
  },

  readOrganization: async ({ params, ports }) =>
    shown(found(await ports.registry.organization(params.organizationId))),

  changeOrganization: async (call) =>
    await untilCurrent(async () => {
      const { params, body, ports } = call;
      const before = found(await ports.registry.organization(params.organizationId));
      checkIfMatch(call.ifMatch, before.version);
      if (before.name === body.name) return shown(before);
      const after = { ...before, name: body.name, version: before.version + 1, lastModified: nowOf(ports) };
      const draft = auditDraft(call, 'organization.changed', {
        subject: before.id,
        facts: { fields: 'name' },
      });
      return (await ports.registry.replaceOrganization(before, after, draft)) ? shown(after) : undefined;
    }),

  deleteOrganization: async (call) =>
    await untilCurrent(async () => {
      const before = found(await call.ports.registry.organization(call.params.organizationId));
      checkIfMatch(call.ifMatch, before.version);
      const draft = auditDraft(call, 'organization.deleted', { subject: before.id });
      return (await call.ports.registry.deleteOrganization(before, draft)) ? {} : undefined;
    }),
};

function found(record: OrganizationRecord | undefined): OrganizationRecord {
  if (record === undefined) throw nothingThere('organization');
  return record;
}

const view = ({ id, name, created, lastModified }: OrganizationRecord) => ({
  id,
  name,
  created,
  lastModified,
});

const shown = (record: OrganizationRecord): Answer => ({ body: view(record), version: record.version });
