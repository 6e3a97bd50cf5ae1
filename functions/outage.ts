/** A service we depend on is throttling, down or out of reach. */
export interface Outage {
  readonly retryAfterSeconds: number;
}

const retryAfterSecondsDefault = 2;
const causesMax = 8;

/** The outage behind what was thrown, also when it is the cause of it; undefined for a bug. */
export function outageOf(thrown: unknown): Outage | undefined {
  let error = thrown;
  for (let depth = 0; depth < causesMax && error instanceof Error; depth += 1) {
    if (isOutage(error)) return { retryAfterSeconds: retryAfterOf(error) };
    error = error.cause;
  }
  return undefined;
}

/** Told by shape: the storage rooms' classes are not known to a trigger. */
function isOutage(error: Error & { statusCode?: unknown; code?: unknown }): boolean {
  if (error.name === 'StorageBusy') return true;
  if (error.name !== 'RestError') return false;
  const status = typeof error.statusCode === 'number' ? error.statusCode : undefined;
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

function retryAfterOf(error: Error & { retryAfterSeconds?: unknown }): number {
  return typeof error.retryAfterSeconds === 'number' ? error.retryAfterSeconds : retryAfterSecondsDefault;
}
