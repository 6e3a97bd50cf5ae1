import type { NestedMainJob } from './nested-main-job.ts';
import { textTable } from './text-table.ts';

/** What the runs read and how the directory compares, as lines of text. */
export function nestedSummary(job: NestedMainJob): string[] {
  return [
    '',
    ...textTable(
      ['Nested groups over Microsoft Graph', 'groups', 'in the tenant', 'in the directory', 'differing'],
      job.comparisons.map(({ moment, groups, expected, stored, differing }) => [
        `effective members ${moment}`,
        groups,
        expected,
        stored,
        differing,
      ]),
    ),
    '',
    ...textTable(
      [
        'run',
        'users +',
        'users −',
        'direct +',
        'direct −',
        'effective +',
        'effective −',
        'Graph calls',
        'floor',
        'storage calls',
        'seconds',
      ],
      job.runs.map(({ name, view: { plan, graphCalls, storageOperations }, callsFloor, seconds }) => [
        name,
        plan?.counts.usersCreated ?? 0,
        plan?.counts.usersRemoved ?? 0,
        plan?.counts.directAdded ?? 0,
        plan?.counts.directRemoved ?? 0,
        plan?.counts.membershipsAdded ?? 0,
        plan?.counts.membershipsRemoved ?? 0,
        graphCalls,
        callsFloor,
        storageOperations ?? 0,
        seconds.toFixed(1),
      ]),
    ),
    '',
    `Tenant confirmed as "${job.preview.tenant}" with ${job.preview.domains} domains; groups nest ${job.depth} deep. One way down:`,
    `  ${job.witness.join(' → ')}`,
    ...job.faults.map((fault) => `NOT VERIFIED: ${fault}`),
  ];
}
