import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** `npm run serve` as a child process, as others use it. */
export interface Served {
  readonly origin: string;
  readonly organizationId: string;
  readonly adminKey: string;
  readonly process: ChildProcess;
  /** Lines of standard output so far. */
  readonly output: readonly string[];
  /** Sends a signal and gives the exit code. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number | null>;
}

const script = join(import.meta.dirname, '..', '..', 'tools', 'serve.ts');

export function spawnServe(options: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return spawn(process.execPath, [script, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
}

/** Resolves when it is ready; rejects with what it said when it is not. */
export const serve = async (...options: readonly string[]): Promise<Served> => await serveIn({}, ...options);

/** The same with something more in its environment. */
export async function serveIn(
  environment: Readonly<Record<string, string>>,
  ...options: readonly string[]
): Promise<Served> {
  const child = spawnServe(options, environment);
  const output: string[] = [];
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const first = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      output.push(line);
      resolve(line);
    });
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${errors.join('')}`)));
  });
  const ready = JSON.parse(first) as { origin: string; organizationId: string; adminKey: string };
  return {
    ...ready,
    process: child,
    output,
    end: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exited = once(child, 'exit');
      child.kill(signal);
      const [code] = await exited;
      return code as number | null;
    },
  };
}

export interface ScimClient {
  readonly directoryId: string;
  readonly baseUrl: string;
  readonly key: string;
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever was answered
  readonly json: any;
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: text === '' ? undefined : JSON.parse(text),
  };
}

/** A call of the admin API; a body that is a text goes as it is. */
export type AdminCall = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

export function adminClient({ origin, adminKey }: Pick<Served, 'origin' | 'adminKey'>): AdminCall {
  return async (method, path, body, headers = {}) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    return await answerOf(
      await fetch(origin + path, {
        method,
        headers: { authorization: `Bearer ${adminKey}`, ...type, ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
  };
}

export const directoriesOf = ({ organizationId }: Pick<Served, 'organizationId'>) =>
  `/api/v1/orgs/${organizationId}/directories`;

/** A new `scim` directory by the admin API and a client that holds its key. */
export async function scimClient(served: Served, name: string): Promise<ScimClient> {
  const created = await adminClient(served)('POST', directoriesOf(served), { name, kind: 'scim' });
  if (created.status !== 201) throw new Error(`${created.status} ${created.text}`);
  const { baseUrl, key } = created.json.scim as { baseUrl: string; key: string };
  return {
    directoryId: String(created.json.id),
    baseUrl,
    key,
    call: async (method, path, body, headers = {}) =>
      answerOf(
        await fetch(baseUrl + path, {
          method,
          headers: {
            authorization: `Bearer ${key}`,
            ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      ),
  };
}

export const newUser = (userName: string, more: object = {}) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName,
  active: true,
  ...more,
});

export const newGroup = (displayName: string) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
  displayName,
});

export const patch = (...operations: readonly object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});
