import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { excerpt, Refusal } from '../model/refusal.ts';
import { referencesIn, resolved, resolvedText, split } from './bulk-references.ts';
import { type BulkOperation, parseBulk } from './bulk-request.ts';
import { errorBody, scimErrors } from './errors.ts';
import { locationOf } from './locations.ts';
import { type Answer, type ResourceAnswer, type ResourceCall, writeResource } from './resource-requests.ts';
import { type Route, routeOf } from './routes.ts';

/**
 * A Bulk request, RFC 7644 §3.7: each operation succeeds or fails by itself. They run in their order, but one that names
 * a resource still to be created waits for it; where such names go in a circle, the resources are created without
 * them first and completed by a PATCH.
 */
export async function bulkResponse(
  body: Json,
  call: ResourceCall,
): Promise<{ readonly body: JsonObject; readonly remarks: Remarks }> {
  const { operations, errorsMax } = parseBulk(body);
  const run = new BulkRun(operations, call);
  while (run.errors < errorsMax && (await run.step()));
  const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkResponse'];
  return { body: { schemas, Operations: run.results() }, remarks: remarksOn(run.noted) };
}

/** What the request log says of the writes in a Bulk request. */
export type Remarks = Omit<Answer, 'response'>;

interface Task {
  readonly index: number;
  readonly operation: BulkOperation;
  /** The bulkIds it waits for. */
  readonly needs: ReadonlySet<string>;
}

/** The rest of a resource that was created without all it names. */
interface Completion {
  readonly task: Task;
  readonly path: string;
  readonly operations: readonly JsonObject[];
}

/** The state of one Bulk request: what waits, what is known, what was answered. */
class BulkRun {
  readonly #call: ResourceCall;
  readonly #waiting: Task[];
  readonly #completions: Completion[] = [];
  readonly #answers = new Map<number, JsonObject>();
  readonly #ids = new Map<string, string>();
  /** bulkIds whose creation is still to come. */
  readonly #coming = new Set<string>();
  readonly #repeated = new Set<string>();
  /** What the request log has to say of single writes, in the order in which they were carried out. */
  readonly noted: ResourceAnswer[] = [];
  errors = 0;

  constructor(operations: readonly BulkOperation[], call: ResourceCall) {
    this.#call = call;
    this.#waiting = operations.map((operation, index) => ({ index, operation, needs: needsOf(operation) }));
    for (const { method, bulkId } of operations) {
      if (method !== 'POST' || bulkId === undefined) continue;
      if (this.#coming.has(bulkId)) this.#repeated.add(bulkId);
      this.#coming.add(bulkId);
    }
  }

  /** Carries out one operation; false when none is left. */
  async step(): Promise<boolean> {
    const task = this.#take();
    if (task) {
      await this.#carryOut(task);
      return true;
    }
    const completion = this.#completions.shift();
    if (completion) await this.#complete(completion);
    return completion !== undefined;
  }

  /** Answers in the order of the request; operations after the last allowed failure have none. */
  results(): readonly JsonObject[] {
    return [...this.#answers].sort(([one], [other]) => one - other).map(([, answer]) => answer);
  }

  /** The first that waits for nothing; in a circle, the first creation, since nothing else is waited for. */
  #take(): Task | undefined {
    const isFree = ({ operation, needs }: Task) =>
      [...needs].every((name) => !this.#coming.has(name) || name === operation.bulkId);
    const free = this.#waiting.findIndex(isFree);
    const at = free >= 0 ? free : this.#waiting.findIndex(({ operation }) => operation.method === 'POST');
    return this.#waiting.splice(at, 1)[0];
  }

  async #carryOut(task: Task): Promise<void> {
    const { operation, index } = task;
    try {
      const answer = await this.#written(task);
      if (operation.bulkId !== undefined) this.#ids.set(operation.bulkId, answer.objectId);
      this.#answers.set(index, this.#success(task, answer));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#fail(task, error);
    } finally {
      if (operation.bulkId !== undefined) this.#coming.delete(operation.bulkId);
    }
  }

  async #written(task: Task): Promise<ResourceAnswer> {
    const { operation, needs } = task;
    if (operation.bulkId !== undefined && this.#repeated.has(operation.bulkId)) {
      throw new Refusal('invalid-value', `bulkId ${excerpt(operation.bulkId)} is used more than once.`);
    }
    const open = new Set([...needs].filter((name) => this.#coming.has(name)));
    this.#assertNamed(needs, open);
    const { data } = operation;
    const now = isJsonObject(data) ? split(data, open) : { body: data, later: [] };
    const answer = await this.#write(operation, resolved(now.body, this.#ids));
    if (now.later.length > 0) {
      const path = `${withoutQuery(operation.path)}/${answer.objectId}`;
      this.#completions.push({ task, path, operations: now.later });
    }
    return answer;
  }

  /** What neither exists nor is to come was never asked for, or failed. */
  #assertNamed(needs: ReadonlySet<string>, open: ReadonlySet<string>): void {
    for (const name of needs) {
      if (this.#ids.has(name) || open.has(name)) continue;
      throw new Refusal('conflict', `bulkId ${excerpt(name)} was not created by this request.`);
    }
  }

  async #write(operation: BulkOperation, data: Json): Promise<ResourceAnswer> {
    const route = this.#routeOf(operation.path);
    if (!writeMethods.has(operation.method)) {
      throw new Refusal('method-not-allowed', 'method of an operation is POST, PUT, PATCH or DELETE.');
    }
    if (route.kind !== 'collection' && route.kind !== 'resource') {
      throw new Refusal('invalid-path', 'path of an operation is /Users, /Groups or a resource below them.');
    }
    const { version } = operation;
    const on = version === undefined ? {} : { ifMatch: [version] };
    const write = { method: operation.method, route, body: async () => data };
    const answer = await writeResource(write, { ...this.#call, on, prefersResource: false });
    if (answer.note !== undefined) this.noted.push(answer);
    return answer;
  }

  async #complete({ task, path, operations }: Completion): Promise<void> {
    try {
      const needs = referencesIn([...operations]);
      this.#assertNamed(needs, new Set());
      const body = resolved({ Operations: operations }, this.#ids);
      const answer = await this.#write({ method: 'PATCH', path, data: null }, body);
      this.#answers.set(task.index, { ...this.#answers.get(task.index), ...versionOf(answer) });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#fail(task, error);
    }
  }

  #success({ operation }: Task, answer: ResourceAnswer): JsonObject {
    const location = answer.response.headers['location'] ?? this.#locationOf(operation);
    return {
      ...(location === undefined ? {} : { location }),
      method: operation.method,
      ...(operation.bulkId === undefined ? {} : { bulkId: operation.bulkId }),
      ...versionOf(answer),
      status: String(answer.response.status),
    };
  }

  #fail(task: Task, refusal: Refusal): void {
    this.errors++;
    const { operation } = task;
    const location = this.#locationOf(operation);
    this.#answers.set(task.index, {
      ...(location === undefined ? {} : { location }),
      method: operation.method,
      ...(operation.bulkId === undefined ? {} : { bulkId: operation.bulkId }),
      status: String(scimErrors[refusal.code].status),
      response: errorBody(refusal),
    });
  }

  /** Of an operation on a resource that exists; a creation has none before it succeeds. */
  #locationOf(operation: BulkOperation): string | undefined {
    try {
      const route = this.#routeOf(operation.path);
      if (route.kind !== 'resource') return undefined;
      return locationOf({ kind: route.resource, id: route.id }, this.#call.baseUrl);
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  }

  #routeOf(path: string): Route {
    return routeOf(
      withoutQuery(path)
        .split('/')
        .map((segment) => resolvedText(segment, this.#ids))
        .join('/'),
    );
  }
}

/** Every write is named with its remark; the hint is about the removal that dropped most, and its group is the object of the request. */
function remarksOn(noted: readonly ResourceAnswer[]): Remarks {
  if (noted.length === 0) return {};
  const note = noted.map((answer) => `${answer.objectId}: ${answer.note}`).join('; ');
  const removed = (answer: ResourceAnswer) => answer.largeRemoval?.removed ?? 0;
  const { largeRemoval, objectId } = noted.reduce((one, other) =>
    removed(other) > removed(one) ? other : one,
  );
  return largeRemoval === undefined ? { note } : { note, largeRemoval, objectId };
}

const writeMethods = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

const withoutQuery = (path: string) => path.replace(/\?.*/s, '');

const needsOf = ({ path, data }: BulkOperation) => referencesIn([...withoutQuery(path).split('/'), data]);

const versionOf = ({ response }: ResourceAnswer): JsonObject => {
  const version = response.headers['etag'];
  return version === undefined ? {} : { version };
};
