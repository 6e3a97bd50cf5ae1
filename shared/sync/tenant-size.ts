import { z } from 'zod';
import type { GraphReader, Permissions } from './graph-port.ts';

/** Objects of a tenant as Graph counted them, as far as it did. From an index that lags: for people who watch, never evidence. */
export const TenantSize = z.object({
  users: z.int().exactOptional(),
  groups: z.int().exactOptional(),
});
export type TenantSize = z.infer<typeof TenantSize>;

/** One round trip. Unknown where Graph does not count, for whatever reason: nobody waits for it. */
export async function tenantSize(graph: GraphReader, { users, groups }: Permissions): Promise<TenantSize> {
  if (graph.counts === undefined || !users || !groups) return {};
  const answer = await graph.counts([{ of: 'users' }, { of: 'groups' }]);
  if (answer.kind === 'fault') return {};
  const [userCount, groupCount] = answer.value;
  return {
    ...(userCount === undefined ? {} : { users: userCount }),
    ...(groupCount === undefined ? {} : { groups: groupCount }),
  };
}
