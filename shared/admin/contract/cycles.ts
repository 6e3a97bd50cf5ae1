import { z } from 'zod';
import { directoryParams } from './directory-params.ts';
import { listQuery, type Operation, pageOf, Time } from './operation.ts';

const Counts = z.object({ created: z.int(), updated: z.int(), deleted: z.int() });

const Cycle = z
  .object({
    id: z.string(),
    kind: z.enum(['cycle', 'on_demand', 'connection_test']).meta({
      description:
        'As the traffic looks: `on_demand` is a probe, look-ups and writes of one object within a minute, outside of a cycle; ' +
        '`connection_test` is probes only.',
    }),
    started: Time,
    ended: Time.meta({ description: 'Of its last request so far.' }),
    running: z
      .boolean()
      .meta({ description: 'The last request is no longer ago than a pause within a cycle.' }),
    requests: z.int(),
    users: Counts,
    groups: Counts,
    membershipChanges: z
      .int()
      .meta({ description: 'Members that accepted writes on groups added, removed or set.' }),
    errors: z.int().meta({ description: 'Answers of 400 and above, but for reads of what is not there.' }),
    objectId: z.string().optional().meta({ description: 'The object of `on_demand`.' }),
  })
  .meta({ id: 'Cycle' });

export const cycleOperations = {
  listCycles: {
    ...{ method: 'GET', path: '/api/v1/orgs/{organizationId}/directories/{directoryId}/cycles' },
    ...{ tag: 'Directories', role: 'reader', reach: 'organization', params: directoryParams },
    summary: 'The cycles in which an identity provider pushed, newest first',
    description:
      'A cycle ends with a pause of more than 5 minutes, or after 1440 minutes. Operations inside a Bulk request are not counted one ' +
      'by one. Cycles are kept as long as requests are.',
    query: z.object(listQuery),
    status: 200,
    answer: pageOf(Cycle, 'CyclePage'),
  },
} as const satisfies Record<string, Operation>;
