import { RestError } from '@azure/data-tables';
import { isBrokenConnection } from './retrying.ts';

/** The storage service is throttling, down or out of reach: an outage, answered over HTTP with 503 and Retry-After. */
export class StorageBusy extends Error {
  override readonly name = 'StorageBusy';
  readonly retryAfterSeconds: number;

  constructor(cause: unknown) {
    super('the storage service cannot answer just now', { cause });
    this.retryAfterSeconds = retryAfterOf(cause);
  }
}

/** Passes the result through, and an outage on as `StorageBusy`. */
export async function available<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw isOutage(error) ? new StorageBusy(error) : error;
  }
}

/** The row, or undefined when the service says 404. */
export async function ifThere<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await available(answer);
  } catch (error) {
    if (error instanceof RestError && error.statusCode === 404) return undefined;
    throw error;
  }
}

function isOutage(error: unknown): boolean {
  if (!(error instanceof RestError)) return false;
  const status = error.statusCode ?? 0;
  return isBrokenConnection(error) || status === 408 || status === 429 || status >= 500;
}

function retryAfterOf(cause: unknown): number {
  const header = cause instanceof RestError ? cause.response?.headers.get('retry-after') : undefined;
  const seconds = Math.ceil(Number(header ?? 1));
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 1;
}
