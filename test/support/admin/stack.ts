import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { AdminAccessSettings } from '../../../shared/access/admin-access.ts';
import { type AuthorizedDirectory, authorizeScim } from '../../../shared/access/authorize-scim.ts';
import { type EntraTokens, entraTokens } from '../../../shared/access/entra-tokens.ts';
import { secretHash } from '../../../shared/access/secret.ts';
import type { Operation } from '../../../shared/admin/contract/operation.ts';
import { operations } from '../../../shared/admin/contract.ts';
import { problemStatuses } from '../../../shared/admin/openapi.ts';
import type { AdminPorts, AdminResponse } from '../../../shared/admin/ports.ts';
import { routeOf } from '../../../shared/admin/routes.ts';
import { serveAdmin } from '../../../shared/admin/serve-admin.ts';
import { idempotencyOver } from '../../../shared/storage/idempotency.ts';
import { registryOver } from '../../../shared/storage/registry.ts';
import { memoryRows } from '../../../shared/storage/registry-memory-rows.ts';
import { type Rows, tableRows } from '../../../shared/storage/registry-rows.ts';
import { requestLogOver } from '../../../shared/storage/request-log.ts';
import { requestRecorder } from '../../../shared/storage/request-log-recorder.ts';
import { createTables, openTable, type TableName } from '../../../shared/storage/tables.ts';
import { nestedParts, type TestGraph } from './nested-parts.ts';

export const firstAdminKey = 'first-admin-key-of-the-tests-0123456789';

export interface Sending {
  readonly key?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The admin API and the key check in process, over memory or the emulator, with a clock that the test moves. */
export function adminStack(
  rows: (table: TableName) => Rows,
  options: {
    readonly tokens?: EntraTokens;
    readonly access?: AdminAccessSettings;
    readonly graph?: TestGraph;
  } = {},
) {
  const clock = { now: Date.parse('2026-11-23T07:00:00.000Z') };
  const random = { now: () => clock.now, randomBytes: (count: number): Uint8Array => randomBytes(count) };
  const tables = { registry: rows('registry'), requests: rows('requests') };
  const failures: unknown[] = [];
  const recorder = requestRecorder({ ...tables, random, failed: (error) => failures.push(error) });
  const registry = registryOver(tables.registry);
  const tokens = options.tokens ?? entraTokens(random.now);
  const nested = nestedParts(rows, random, options.graph);
  const ports: AdminPorts = {
    registry,
    requestLog: requestLogOver(tables, recorder),
    idempotency: idempotencyOver(tables.registry),
    access: {
      adminKeyAccess: registry.adminKeyAccess,
      importFirstAdminKey: registry.importFirstAdminKey,
      entraTokens: tokens,
      settings: { firstAdminKeyHash: secretHash(firstAdminKey), ...options.access },
      now: random.now,
      keyUsed: (key, at) => recorder.adminKeyUsed(key.id, at),
    },
    nested,
    counts: async () => ({ users: 0, groups: 0 }),
    random,
    publicOrigin: 'https://rookery.example',
  };

  async function send(line: string, sending: Sending = {}): Promise<Sent> {
    const [method = '', target = ''] = line.split(' ');
    const url = new URL(target, 'http://evil.example');
    const key = 'key' in sending ? sending.key : firstAdminKey;
    const text = sending.body === undefined ? '' : asText(sending.body);
    const headers: Record<string, string | undefined> = {
      ...(text === '' ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...sending.headers,
    };
    const response = await serveAdmin(
      {
        method,
        path: target.split('?')[0] ?? '',
        query: url.searchParams,
        header: (name) => headers[name],
        body: async () => text,
        traceId: 'trace',
      },
      ports,
    );
    // As it goes over the wire.
    const json = JSON.parse(JSON.stringify(response.body ?? null)) as Answered;
    checkAgainstContract(method, target, { ...response, json });
    const { chunks } = response;
    return { ...response, json, ...(chunks === undefined ? {} : { text: await textOf(chunks) }) };
  }

  const scim = async (directoryId: string, authorization: string | undefined): Promise<AuthorizedDirectory> =>
    await authorizeScim(directoryId, authorization, {
      directoryAccess: registry.directoryAccess,
      entraTokens: tokens,
      now: random.now,
      keyUsed: recorder.keyUsed,
      callRefused: recorder.callRefused,
    });

  return { clock, random, nested, ports, registry, recorder, failures, tables, send, scim };
}

/** Every answer that any test gets is one that the contract describes: nothing missing, nothing more. */
function checkAgainstContract(
  method: string,
  target: string,
  answer: AdminResponse & { json: Answered },
): void {
  const path = target.split('?')[0] ?? '';
  if (answer.status >= 300) {
    equal(answer.headers['content-type'], 'application/problem+json');
    checkStatus(method, path, answer);
    deepEqual(
      Object.keys(answer.json).filter((name) => !problemMembers.includes(name)),
      [],
    );
    return;
  }
  if (path === '/api/openapi.json') return;
  const operation: Operation = operations[routeOf(method, path).id];
  equal(answer.status, operation.status);
  equal('etag' in answer.headers, operation.versioned === true);
  equal(answer.chunks === undefined, operation.streamed === undefined);
  if (operation.streamed !== undefined) return;
  deepEqual(operation.answer === undefined ? null : operation.answer.parse(answer.json), answer.json);
}

/** A problem of an address of ours has a status that the document lists for it. */
function checkStatus(method: string, path: string, { status, json }: AdminResponse & { json: Answered }) {
  if (status === 401 || status === 405 || (status === 404 && json.detail === 'There is no such address.'))
    return;
  const operation: Operation = operations[routeOf(method, path).id];
  ok(problemStatuses(operation).includes(status), `${method} ${path}: ${status} is not documented`);
}

export interface Sent extends AdminResponse {
  readonly json: Answered;
  /** Of what was streamed. */
  readonly text?: string;
}

async function textOf(chunks: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

const problemMembers = [
  ...['type', 'title', 'status', 'detail', 'instance', 'code', 'reason', 'errors', 'blockers', 'traceId'],
];

export type AdminStack = ReturnType<typeof adminStack>;

/** An answer as a foreign client reads it: nothing is promised but names. */
export interface Answered {
  readonly [name: string]: unknown;
  readonly id: string;
  readonly key: string;
  readonly prefix: string;
  readonly reason: string;
  readonly code: string;
  readonly state: string;
  readonly detail: string;
  readonly nextCursor?: string;
  readonly items: readonly Answered[];
  readonly keys: readonly Answered[];
  readonly hints: readonly { readonly code: string }[];
  readonly scim: { readonly baseUrl: string; readonly key: string };
}

const asText = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body));

export const overMemory = (): ((table: TableName) => Rows) => {
  const tables = new Map<TableName, Rows>();
  return (name) => {
    const rows = tables.get(name) ?? memoryRows();
    tables.set(name, rows);
    return rows;
  };
};

/** Tables of their own in the emulator. */
export async function overEmulator(prefix: string): Promise<(table: TableName) => Rows> {
  const value = process.env['TEST_STORAGE_CONNECTION_STRING'] ?? '';
  const connection = { kind: 'connection-string', value } as const;
  await createTables(connection, { prefix, names: ['registry', 'requests', 'runs'] });
  return (name) => tableRows(openTable(connection, name, { prefix }));
}

/** A stack with an organization and a directory in it. */
export async function withDirectory(rows: (table: TableName) => Rows) {
  const stack = adminStack(rows);
  const organization: string = (await stack.send('POST /api/v1/orgs', { body: { name: 'Contoso' } })).json.id;
  const directories = `/api/v1/orgs/${organization}/directories`;
  const created = (await stack.send(`POST ${directories}`, { body: { name: 'Workforce', kind: 'scim' } }))
    .json;
  const directory: string = created.id;
  const key: string = created.scim.key;
  return { ...stack, organization, directories, directory, one: `${directories}/${directory}`, key, created };
}
