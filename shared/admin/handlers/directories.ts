import { DirectorySettings } from '../../access/directory-access.ts';
import { newDirectoryId } from '../../model/new-ids.ts';
import { Refusal } from '../../model/refusal.ts';
import {
  type Answer,
  auditDraft,
  type Call,
  checkIfMatch,
  type Handlers,
  nothingThere,
  nowOf,
} from '../call.ts';
import type { directoryOperations } from '../contract/directories.ts';
import { pageBody, positionOf } from '../cursors.ts';
import { type DirectoryFacts, directorySummary, directoryView } from '../directory-view.ts';
import type { AdminPorts } from '../ports.ts';
import type { DirectoryRecord } from '../registry.ts';
import { makeScimKey } from '../scim-keys.ts';
import { changeDirectory, type InDirectory } from './directory-change.ts';

type DirectoryHandlers = Handlers<
  Exclude<
    keyof typeof directoryOperations,
    'regenerateScimKey' | 'listScimKeys' | 'revokeScimKey' | 'listRequests'
  >
>;

export const directoryHandlers: DirectoryHandlers = {
  async listDirectories({ params, query, ports }) {
    await mustExist(params.organizationId, ports);
    const page = { after: positionOf(query.cursor), limit: query.limit };
    const { items, next } = await ports.registry.directories(params.organizationId, page);
    const shown = items.map(async (record) => directorySummary(record, await factsOf(record, ports)));
    return { body: pageBody(await Promise.all(shown), next) };
  },

  async createDirectory(call) {
    const { params, body, ports } = call;
    if (body.kind === 'nested') {
      throw new Refusal('invalid-value', 'Directories of kind nested are not available in this version.', {
        reason: 'kind_not_available',
        errors: [{ pointer: '/kind', detail: 'must be scim' }],
      });
    }
    const key = makeScimKey(ports.random, body.keyExpiresInDays);
    const at = nowOf(ports);
    const record: DirectoryRecord = {
      id: newDirectoryId(ports.random),
      ...{ organizationId: params.organizationId, kind: body.kind, name: body.name, state: 'active' },
      ...{ version: 1, created: at, lastModified: at },
      settings: body.settings ?? DirectorySettings.parse({}),
      keys: [key.stored],
    };
    const facts = { name: record.name, key: key.stored.id };
    await ports.registry.createDirectory(
      record,
      auditDraft(call, 'directory.created', { subject: record.id, facts }),
    );
    const view = directoryView(record, freshFacts(ports), { users: 0, groups: 0 });
    return {
      body: { ...view, scim: { ...view.scim, key: key.text } },
      again: { ...view, scim: { ...view.scim, keyAlreadyShown: true } },
      version: record.version,
      location: `/api/v1/orgs/${record.organizationId}/directories/${record.id}`,
    };
  },

  readDirectory: async (call) => await shown(await readDirectory(call), call.ports),

  async changeDirectory(call) {
    const { body } = call;
    const after = await changeDirectory(call, (before) => {
      checkIfMatch(call.ifMatch, before.version);
      const name = body.name ?? before.name;
      const given = Object.entries(body.settings ?? {}).filter(([, value]) => value !== undefined);
      const settings = DirectorySettings.parse({ ...before.settings, ...Object.fromEntries(given) });
      const fields = [
        ...(name === before.name ? [] : ['name']),
        ...given.map(([field]) => `settings.${field}`),
      ];
      if (fields.length === 0) return undefined;
      const draft = { subject: before.id, facts: { fields: fields.join(' ') } };
      return { after: { ...before, name, settings }, audit: auditDraft(call, 'directory.changed', draft) };
    });
    return await shown(after, call.ports);
  },

  async deleteDirectory(call) {
    await changeDirectory(call, (before) => {
      checkIfMatch(call.ifMatch, before.version);
      if (call.query.confirm !== before.name) {
        throw new Refusal('invalid-value', 'confirm must be the name of the directory.', {
          reason: 'confirmation_differs',
          errors: [{ pointer: '/confirm', detail: 'must be the name of the directory' }],
        });
      }
      const audit = auditDraft(call, 'directory.deleted', {
        subject: before.id,
        facts: { name: before.name },
      });
      return { after: { ...before, state: 'deleted', keys: [] }, audit };
    });
    return {};
  },

  pauseDirectory: async (call) => await setState(call, 'paused'),
  resumeDirectory: async (call) => await setState(call, 'active'),
};

async function setState(call: InDirectory, state: 'active' | 'paused'): Promise<Answer> {
  const after = await changeDirectory(call, (before) => {
    if (before.state === state) return undefined;
    const act = state === 'paused' ? 'directory.paused' : 'directory.resumed';
    return { after: { ...before, state }, audit: auditDraft(call, act, { subject: before.id }) };
  });
  return await shown(after, call.ports);
}

async function readDirectory({ params, ports }: Call<'readDirectory'>): Promise<DirectoryRecord> {
  const record = await ports.registry.directory(params.organizationId, params.directoryId);
  if (record === undefined) throw nothingThere('directory');
  return record;
}

async function mustExist(id: DirectoryRecord['organizationId'], { registry }: AdminPorts): Promise<void> {
  if ((await registry.organization(id)) === undefined) throw nothingThere('organization');
}

async function shown(record: DirectoryRecord, ports: AdminPorts): Promise<Answer> {
  const [facts, counts] = await Promise.all([factsOf(record, ports), ports.counts(record.id)]);
  return { body: directoryView(record, facts, counts), version: record.version };
}

const factsOf = async (record: DirectoryRecord, ports: AdminPorts): Promise<DirectoryFacts> => ({
  ...freshFacts(ports),
  traffic: await ports.requestLog.traffic(record.id),
});

const freshFacts = (ports: AdminPorts): DirectoryFacts => ({
  traffic: { refusedCalls: 0, keysUsed: {} },
  now: ports.random.now(),
  publicOrigin: ports.publicOrigin,
});
