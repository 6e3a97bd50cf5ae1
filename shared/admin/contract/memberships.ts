import { z } from 'zod';
import { GroupId, UserId } from '../../model/ids.ts';
import { directoryParams } from './directory-params.ts';
import { listQuery, type Operation, pageOf } from './operation.ts';

const one = '/api/v1/orgs/{organizationId}/directories/{directoryId}';
const inDirectory = { tag: 'Nested directories', reach: 'organization', params: directoryParams } as const;

const objectId = z.string().toLowerCase();
const userId = objectId.pipe(UserId).meta({ description: 'Entra object id of a user.' });
const groupId = objectId.pipe(GroupId).meta({ description: 'Entra object id of a group.' });

const longListQuery = z.object({
  ...listQuery,
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(200)
    .meta({ description: 'Items of a page at most.' }),
});

const EffectiveMember = z
  .object({
    type: z.string().meta({ description: '`user`; direct members also `group`, `device`, …' }),
    id: z.string(),
    userName: z.string().optional(),
    displayName: z.string().optional(),
    direct: z.boolean(),
    through: z.array(z.string()).meta({ description: 'Nested groups of this group that lead to the user.' }),
  })
  .meta({ id: 'EffectiveMember' });

const GroupOfUser = z
  .object({ id: z.string(), displayName: z.string().optional(), type: z.enum(['direct', 'indirect']) })
  .meta({ id: 'GroupOfUser' });

const Explanation = z
  .object({
    member: z.boolean(),
    reason: z.string().meta({ description: 'One sentence.' }),
    paths: z.array(z.array(z.string())).meta({
      description: 'Each from the asked group down to the group that holds the user directly.',
    }),
    morePaths: z.boolean(),
    user: z
      .object({ life: z.string(), counts: z.boolean(), inScope: z.boolean(), reason: z.string().optional() })
      .optional(),
    group: z.object({ life: z.string(), inScope: z.boolean(), held: z.boolean() }).optional(),
  })
  .meta({ id: 'Explanation' });

const UserSync = z
  .object({
    outcome: z.enum(['updated', 'unchanged', 'not-found', 'needs-run']),
    detail: z.string(),
  })
  .meta({ id: 'UserSync' });

const MemberNotAssigned = z
  .object({
    id: z.string(),
    userName: z.string().optional(),
    displayName: z.string().optional(),
    groups: z
      .array(z.string())
      .meta({ description: 'Assigned groups that the user is in, through nested ones.' }),
  })
  .meta({ id: 'MemberNotAssigned' });

export const membershipOperations = {
  syncUser: {
    ...{ method: 'POST', path: `${one}/users/{userId}:sync`, ...inDirectory, role: 'operator' },
    summary: 'Read one user now',
    description:
      'Attributes are brought up to date at once; what changes memberships is left to the next run (`needs-run`).',
    params: directoryParams.extend({ userId }),
    status: 200,
    answer: UserSync,
  },
  listGroupMembers: {
    ...{ method: 'GET', path: `${one}/groups/{groupId}/members`, ...inDirectory, role: 'reader' },
    summary: 'Members of a group, through any depth of nesting or direct ones',
    description: 'As of the last completed run.',
    params: directoryParams.extend({ groupId }),
    query: longListQuery.extend({
      effective: z.enum(['true', 'false']).default('true').meta({
        description: 'false: direct members only, of every type, as Graph lists them: without deleted ones.',
      }),
    }),
    status: 200,
    answer: pageOf(EffectiveMember, 'EffectiveMemberPage'),
  },
  listGroupsOfUser: {
    ...{ method: 'GET', path: `${one}/users/{userId}/groups`, ...inDirectory, role: 'reader' },
    summary: 'Groups that a user is an effective member of',
    params: directoryParams.extend({ userId }),
    query: longListQuery,
    status: 200,
    answer: pageOf(GroupOfUser, 'GroupOfUserPage'),
  },
  explainMembership: {
    ...{ method: 'GET', path: `${one}/explain`, ...inDirectory, role: 'reader' },
    summary: 'Why a user is, or is not, an effective member of a group',
    query: z.object({ user: userId, group: groupId }),
    status: 200,
    answer: Explanation,
  },
  listMembersNotAssigned: {
    ...{ method: 'GET', path: `${one}/members-not-assigned`, ...inDirectory, role: 'reader' },
    summary: 'Users in scope of an application by nesting alone, whom Entra itself does not assign',
    description:
      'Effective members of groups assigned to the application in scope who are neither assigned themselves nor direct members of an ' +
      'assigned group. Where the application requires assignment, they are synchronized and cannot sign in. As of the last completed ' +
      'run. 409 `scope_not_application` unless the scope is an application.',
    query: longListQuery,
    status: 200,
    answer: pageOf(MemberNotAssigned, 'MemberNotAssignedPage'),
  },
} as const satisfies Record<string, Operation>;
