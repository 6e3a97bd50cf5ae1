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
  | { readonly kind: 'unavailable'; readonly call: number; readonly times: number; readonly retryAfterSeconds: number }
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
      if (call > fault.call) throw new Died();
      return call === fault.call ? thrownAfter(next(request), new Died()) : next(request);
    case 'lose-answer':
      return call === fault.call ? thrownAfter(next(request), connectionLost(request)) : next(request);
    case 'unavailable':
      return isWithin(fault, call) ? answered(request, next, unavailable(fault)) : next(request);
    case 'raced':
      return isWithin(fault, call) && request.url.includes('$batch')
        ? answered(request, next, raced)
        : next(request);
    case 'empty-pages':
      return withEmptyPage(request, next);
  }
}

const isWithin = ({ call: first, times }: { readonly call: number; readonly times: number }, call: number) =>
  call >= first && call < first + times;

async function thrownAfter(work: Promise<Answer>, error: Error): Promise<Answer> {
  await work;
  throw error;
}

const connectionLost = (request: Request) =>
  new RestError('socket hang up', { code: 'ECONNRESET', request });

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

/** An answer that never was on the wire, in the shape of one that is: headers of a harmless question to the service. */
async function answered(request: Request, next: Next, { status, headers, body }: FakeAnswer): Promise<Answer> {
  const harmless = { ...request, method: 'OPTIONS' as const };
  delete harmless.body;
  const real = await next(harmless);
  for (const name of Object.keys(real.headers.toJSON())) real.headers.delete(name);
  for (const [name, value] of Object.entries(headers)) real.headers.set(name, value);
  return { request, status, headers: real.headers, bodyAsText: body };
}

/** As the service may at any time: no rows, and a continuation that points to the first of them. */
async function withEmptyPage(request: Request, next: Next): Promise<Answer> {
  const url = new URL(request.url);
  const isFirst = request.method === 'GET' && url.pathname.endsWith('()') && !url.searchParams.has('NextRowKey');
  const answer = await next(request);
  if (!isFirst || answer.status !== 200) return answer;
  const body = JSON.parse(answer.bodyAsText ?? '{}') as { value?: { PartitionKey?: string; RowKey?: string }[] };
  const first = body.value?.[0];
  if (first?.RowKey === undefined) return answer;
  const partition = /PartitionKey eq '([^']*)'/.exec(url.searchParams.get('$filter') ?? '')?.[1] ?? '';
  answer.headers.set('x-ms-continuation-NextPartitionKey', partition);
  answer.headers.set('x-ms-continuation-NextRowKey', first.RowKey);
  return { ...answer, bodyAsText: JSON.stringify({ ...body, value: [] }) };
}
