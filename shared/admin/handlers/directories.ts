import { DirectorySettings } from '../../access/directory-access.ts';
import { newDirectoryId } from '../../model/new-ids.ts';
import { Refusal } from '../../model/refusal.ts';
import { type Answer, auditDraft, type Call, checkIfMatch, type Handlers, nowOf } from '../call.ts';
import type { directoryOperations } from '../contract/directories.ts';
import { directoryView } from '../directory-view.ts';
import type { ScimDirectoryRecord } from '../registry.ts';
import { makeScimKey } from '../scim-keys.ts';
import { stopRun } from '../stop-runs.ts';
import { directoryAnswer, freshFacts } from './directory-answer.ts';
import { changeDirectory, type InDirectory, readDirectory } from './directory-change.ts';
import { listDirectories } from './directory-list.ts';
import { createNested } from './nested-directory.ts';

type DirectoryHandlers = Handlers<
  Exclude<
    keyof typeof directoryOperations,
    'regenerateScimKey' | 'listScimKeys' | 'revokeScimKey' | 'listRequests'
  >
>;

export const directoryHandlers: DirectoryHandlers = {
  listDirectories,

  async createDirectory(call) {
    const { body } = call;
    return body.kind === 'scim' ? await createScim({ ...call, body }) : await createNested({ ...call, body });
  },

  readDirectory: async (call) => await directoryAnswer(await readDirectory(call), call.ports),

  async changeDirectory(call) {
    const { body } = call;
    const after = await changeDirectory(call, (before) => {
      checkIfMatch(call.ifMatch, before.version);
      const name = body.name ?? before.name;
      const given = Object.entries(body.settings ?? {}).filter(([, value]) => value !== undefined);
      if (before.kind === 'nested' && given.length > 0) throw elsewhere();
      const fields = [
        ...(name === before.name ? [] : ['name']),
        ...given.map(([field]) => `settings.${field}`),
      ];
      if (fields.length === 0) return undefined;
      const draft = { subject: before.id, facts: { fields: fields.join(' ') } };
      const audit = auditDraft(call, 'directory.changed', draft);
      if (before.kind === 'nested') return { after: { ...before, name }, audit };
      const settings = DirectorySettings.parse({ ...before.settings, ...Object.fromEntries(given) });
      return { after: { ...before, name, settings }, audit };
    });
    return await directoryAnswer(after, call.ports);
  },

  async deleteDirectory(call) {
    const deleted = await changeDirectory(call, (before) => {
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
      const state = 'deleted' as const;
      return { after: before.kind === 'scim' ? { ...before, state, keys: [] } : { ...before, state }, audit };
    });
    await stopRun(deleted, call.ports, 'directory_deleted');
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
  if (state === 'paused') await stopRun(after, call.ports, 'directory_paused');
  return await directoryAnswer(after, call.ports);
}

async function createScim(
  call: Omit<Call<'createDirectory'>, 'body'> & { readonly body: ScimDraft },
): Promise<Answer> {
  const { params, body, ports } = call;
  const key = makeScimKey(ports.random, body.keyExpiresInDays);
  const at = nowOf(ports);
  const record: ScimDirectoryRecord = {
    id: newDirectoryId(ports.random),
    ...{ organizationId: params.organizationId, kind: body.kind, name: body.name, state: 'active' },
    ...{ version: 1, created: at, lastModified: at },
    ...(body.tenantId === undefined ? {} : { entraTenantId: body.tenantId }),
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
}

type ScimDraft = Extract<Call<'createDirectory'>['body'], { kind: 'scim' }>;

const elsewhere = () =>
  new Refusal('invalid-value', 'Settings of a nested directory are at sync-settings.', {
    errors: [{ pointer: '/settings', detail: 'belongs to directories of kind scim' }],
  });
