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
import { all } from '../every-page.ts';
import { expiringPage } from '../expiring.ts';
import { nestedFacts, nestedView } from '../nested-view.ts';
import type { AdminPorts } from '../ports.ts';
import type { DirectoryRecord, PageOf, ScimDirectoryRecord } from '../registry.ts';
import { makeScimKey } from '../scim-keys.ts';
import { stopRun } from '../stop-runs.ts';
import { changeDirectory, type InDirectory, readDirectory } from './directory-change.ts';
import { createNested, nestedAnswer } from './nested-directory.ts';

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
    if (query.expiring !== undefined)
      return await expiringAnswer(params.organizationId, { ...page, days: query.expiring }, ports);
    const { items, next } = await ports.registry.directories(params.organizationId, page);
    return { body: pageBody(await Promise.all(items.map((record) => summary(record, ports))), next) };
  },

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

/** Directories whose keys stop working, by the moment at which the last key of each does. */
async function expiringAnswer(
  organizationId: DirectoryRecord['organizationId'],
  page: PageOf & { readonly days: number },
  ports: AdminPorts,
): Promise<Answer> {
  const { registry, random } = ports;
  const directories = await all((at) => registry.directories(organizationId, at), directoriesAtOnce);
  const { items, next } = expiringPage(directories, page, random.now());
  return { body: pageBody(await Promise.all(items.map((record) => summary(record, ports))), next) };
}

const directoriesAtOnce = 1000;

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

async function mustExist(id: DirectoryRecord['organizationId'], { registry }: AdminPorts): Promise<void> {
  if ((await registry.organization(id)) === undefined) throw nothingThere('organization');
}

/** A directory as it is shown alone. */
async function directoryAnswer(record: DirectoryRecord, ports: AdminPorts): Promise<Answer> {
  if (record.kind === 'nested') return await nestedAnswer(record, ports);
  const [facts, counts] = await Promise.all([factsOf(record, ports), ports.counts(record.id)]);
  return { body: directoryView(record, facts, counts), version: record.version };
}

const summary = async (record: DirectoryRecord, ports: AdminPorts) =>
  record.kind === 'nested'
    ? nestedView(record, await nestedFacts(record, ports, ports.random.now()))
    : directorySummary(record, await factsOf(record, ports));

const factsOf = async (record: DirectoryRecord, ports: AdminPorts): Promise<DirectoryFacts> => ({
  ...freshFacts(ports),
  traffic: await ports.requestLog.traffic(record.id),
});

const freshFacts = (ports: AdminPorts): DirectoryFacts => ({
  traffic: { refusedCalls: 0, keysUsed: {} },
  now: ports.random.now(),
  publicOrigin: ports.publicOrigin,
});
