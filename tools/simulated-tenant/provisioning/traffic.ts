/** What a request is sent for. */
export type Purpose =
  | 'probe'
  | 'match'
  | 'create'
  | 'read'
  | 'patch'
  | 'manager'
  | 'members'
  | 'check'
  | 'delete'
  | 'list';

/** Counts and times of the requests of one client. */
export interface Traffic {
  /** Notes one answered request; the time is in milliseconds. */
  note(purpose: Purpose, status: number, milliseconds: number): void;
  noteRetry(): void;
  readonly requests: number;
  readonly retries: number;
  count(purpose: Purpose): number;
  countOfStatus(status: number): number;
  /** The time in milliseconds that this share of the requests stayed within: 0.5 is the median; 0 before any request. */
  quantile(share: number, purpose?: Purpose): number;
}

export function newTraffic(): Traffic {
  const times = new Map<Purpose, number[]>();
  const statuses = new Map<number, number>();
  let requests = 0;
  let retries = 0;
  return {
    note(purpose, status, milliseconds) {
      requests++;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const list = times.get(purpose);
      if (list === undefined) times.set(purpose, [milliseconds]);
      else list.push(milliseconds);
    },
    noteRetry() {
      retries++;
    },
    get requests() {
      return requests;
    },
    get retries() {
      return retries;
    },
    count: (purpose) => times.get(purpose)?.length ?? 0,
    countOfStatus: (status) => statuses.get(status) ?? 0,
    quantile: (share, purpose) =>
      quantile(purpose === undefined ? [...times.values()].flat() : (times.get(purpose) ?? []), share),
  };
}

function quantile(times: readonly number[], share: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
