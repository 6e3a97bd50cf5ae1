import type { Tally } from './comparison.ts';
import type { ScimMainJob } from './scim-main-job.ts';
import { textTable } from './text-table.ts';

/** What the main job did, as lines of text. */
export function scimSummary(job: ScimMainJob): string[] {
  const { users, attributes, managers, groups, memberships } = job.comparison;
  const tallies: readonly (readonly [string, Tally])[] = [
    ['users', users],
    ['attributes', attributes],
    ['managers', managers],
    ['groups', groups],
    ['direct memberships', memberships],
  ];
  return [
    '',
    ...textTable(
      ['Entra over SCIM', 'sent', 'stored', 'differing'],
      tallies.map(([name, { expected, stored, differing }]) => [name, expected, stored, differing]),
    ),
    '',
    ...textTable(
      [
        'cycle',
        'created',
        'updated',
        'disabled',
        'deleted',
        'unchanged',
        'members +',
        'members −',
        'requests',
        'seconds',
        'requests/s',
      ],
      job.cycles.map(({ name, counts, requests, seconds }) => [
        name,
        counts.created,
        counts.updated,
        counts.disabled,
        counts.deleted,
        counts.unchanged,
        counts.membersAdded + counts.membersConfirmed,
        counts.membersRemoved,
        requests,
        seconds.toFixed(1),
        Math.round(requests / seconds),
      ]),
    ),
    '',
    ...textTable(
      ['requests', 'count', 'p50 ms', 'p99 ms'],
      job.latencies
        .filter(({ requests }) => requests > 0)
        .map(({ name, requests, p50Milliseconds, p99Milliseconds }) => [
          name,
          requests,
          p50Milliseconds.toFixed(1),
          p99Milliseconds.toFixed(1),
        ]),
    ),
    '',
    `${Math.round(job.requestsPerSecond)} requests/s over ${job.requests.toLocaleString('en-US')} requests, ${job.retries} retried.`,
    ...job.faults.map((fault) => `NOT VERIFIED: ${fault}`),
  ];
}
