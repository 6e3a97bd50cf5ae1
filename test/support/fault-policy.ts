import { RestError } from '@azure/data-tables';
import type { TablePolicy } from '../../shared/storage/table-policy.ts';

/** What happens to a call to the storage service, by its number from 1. */
export type Fault =
  /** The process is dead: this call and all later ones never leave it. */
  | { readonly kind: 'die-before'; readonly call: number }
  /** The call is applied, its answer never arrives, and no later call leaves the process. */
  | { readonly kind: 'die-after'; readonly call: number }
  /** The call is applied and its answer is lost once. */
  | { readonly kind: 'lose-answer'; readonly call: number }
  /** So many calls from this one are answered 503. */
  | {
      readonly kind: 'unavailable';
      readonly call: number;
      readonly times: number;
      readonly retryAfterSeconds: number;
    }
  /** Batches are refused as if another had changed the row, before they are applied. */
  | { readonly kind: 'raced'; readonly call: number; readonly times: number }
  /** Every query is answered by an empty page that goes on where it began, first. */
  | { readonly kind: 'empty-pages' };

/** The process died in the middle; nobody who waits for it gets an answer. */
export class Died extends Error {
  override readonly name = 'Died';
}

export interface FaultyWire {
  readonly policy: TablePolicy;
  /** Sets the fault and starts to count from 1. */
  inject(fault: Fault | undefined): void;
  /** Calls since the last fault was set. */
  calls(): number;
}

type Request = Parameters<TablePolicy['sendRequest']>[0];
type Next = Parameters<TablePolicy['sendRequest']>[1];
type Answer = Awaited<ReturnType<Next>>;

/** A wire to the storage service that breaks where it is told to. */
export function faultyWire(): FaultyWire {
  let fault: Fault | undefined;
  let calls = 0;
  const policy: TablePolicy = {
    name: 'faultyWire',
    sendRequest: (request, next) => {
      calls++;
      return fault === undefined ? next(request) : broken(fault, { request, next, call: calls });
    },
  };
  return {
    policy,
    inject: (wanted) => {
      fault = wanted;
      calls = 0;
    },
    calls: () => calls,
  };
}

interface Call {
  readonly request: Request;
  readonly next: Next;
  readonly call: number;
}

async function broken(fault: Fault, { request, next, call }: Call): Promise<Answer> {
  switch (fault.kind) {
    case 'die-before':
      if (call >= fault.call) throw new Died();
      return next(request);
    case 'die-after':
      return dyingAfter(fault.call, { request, next, call });
    case 'lose-answer':
      return call === fault.call ? thrownAfter(next(request), connectionLost(request)) : next(request);
    case 'unavailable':
      return isWithin(fault, call) ? answered(request, unavailable(fault)) : next(request);
    case 'raced':
      return isRaced(fault, request, call) ? answered(request, raced) : next(request);
    case 'empty-pages':
      return withEmptyPage(request, next);
  }
}

const isWithin = ({ call: first, times }: { readonly call: number; readonly times: number }, call: number) =>
  call >= first && call < first + times;

function dyingAfter(last: number, { request, next, call }: Call): Promise<Answer> {
  if (call > last) throw new Died();
  return call === last ? thrownAfter(next(request), new Died()) : next(request);
}

const isRaced = (fault: Extract<Fault, { kind: 'raced' }>, request: Request, call: number) =>
  isWithin(fault, call) && request.url.includes('$batch');

async function thrownAfter(work: Promise<Answer>, error: Error): Promise<Answer> {
  await work;
  throw error;
}

const connectionLost = (request: Request) => new RestError('socket hang up', { code: 'ECONNRESET', request });

interface FakeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const unavailable = ({ retryAfterSeconds }: { readonly retryAfterSeconds: number }): FakeAnswer => ({
  status: 503,
  headers: { 'retry-after': String(retryAfterSeconds) },
  body: JSON.stringify({ 'odata.error': { code: 'ServerBusy', message: { value: 'The server is busy.' } } }),
});

const raced: FakeAnswer = {
  status: 202,
  headers: { 'content-type': 'multipart/mixed; boundary=batchresponse_x' },
  body: [
    '--batchresponse_x',
    'Content-Type: multipart/mixed; boundary=changesetresponse_x',
    '',
    '--changesetresponse_x',
    'Content-Type: application/http',
    '',
    'HTTP/1.1 412 Precondition Failed',
    'Content-Type: application/json',
    '',
    '{"odata.error":{"code":"UpdateConditionNotSatisfied","message":{"lang":"en-US","value":"0:The update condition specified in the request was not satisfied."}}}',
    '--changesetresponse_x--',
    '--batchresponse_x--',
  ].join('\r\n'),
};

const answered = (request: Request, { status, headers, body }: FakeAnswer): Answer => ({
  request,
  status,
  headers: headersOf(headers),
  bodyAsText: body,
});

/** Headers of an answer that never was on the wire. */
function headersOf(initial: Readonly<Record<string, string>>): Answer['headers'] {
  const values = new Map(Object.entries(initial));
  return {
    get: (name) => values.get(name.toLowerCase()),
    has: (name) => values.has(name.toLowerCase()),
    set: (name, value) => {
      values.set(name.toLowerCase(), String(value));
    },
    delete: (name) => {
      values.delete(name.toLowerCase());
    },
    toJSON: () => Object.fromEntries(values),
    [Symbol.iterator]: () => values[Symbol.iterator](),
  };
}

/** As the service may at any time: no rows, and a continuation that points to the first of them. */
async function withEmptyPage(request: Request, next: Next): Promise<Answer> {
  const url = new URL(request.url);
  const isFirst =
    request.method === 'GET' && url.pathname.endsWith('()') && !url.searchParams.has('NextRowKey');
  const answer = await next(request);
  if (!isFirst || answer.status !== 200) return answer;
  const body = JSON.parse(answer.bodyAsText ?? '{}') as {
    value?: { PartitionKey?: string; RowKey?: string }[];
  };
  const first = body.value?.[0];
  if (first?.RowKey === undefined) return answer;
  const partition = /PartitionKey eq '([^']*)'/.exec(url.searchParams.get('$filter') ?? '')?.[1] ?? '';
  // Opaque to clients; the emulator's are in base64.
  answer.headers.set('x-ms-continuation-NextPartitionKey', base64(partition));
  answer.headers.set('x-ms-continuation-NextRowKey', base64(first.RowKey));
  return { ...answer, bodyAsText: JSON.stringify({ ...body, value: [] }) };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
