import { z } from 'zod';
import type { GroupId, UserId } from '../model/ids.ts';
import {
  type DeltaStart,
  type GraphAnswer,
  type GraphReader,
  groupFields,
  type ListPage,
  type TenantDomain,
  userFields,
} from '../sync/graph-port.ts';
import { answer, together } from './graph-answer.ts';
import type { GraphClient, GraphReading } from './graph-client.ts';
import { countsOf } from './graph-counts.ts';
import { GraphFailure, type Spent } from './graph-failure.ts';
import { deltaPage, groupEntry, listPage, memberEntries, parsed, userEntry } from './graph-pages.ts';
import { permissionsOf } from './graph-permissions.ts';

export interface GraphReaderOptions {
  readonly serviceUrl: string;
  /** The tenant of the connection: what `organization` says when its own permission is missing. */
  readonly tenantId: string;
  /** App roles of the current token, when it can be read; Graph has no other way to tell about hidden members. */
  readonly grantedRoles: () => Promise<ReadonlySet<string> | undefined>;
}

/** Microsoft Graph behind the port of a run: every page parsed, every failure a value. */
export function graphReader(client: GraphClient, options: GraphReaderOptions): GraphReader {
  const { serviceUrl } = options;
  const delta = (resource: 'users' | 'groups', select: string, from: DeltaStart): Promise<GraphReading> => {
    if (from.kind === 'link') return withinRound(from.link, client.follow(from.link, prices.delta));
    const query = { $select: select, ...(from.kind === 'now' ? { $deltatoken: 'latest' } : {}) };
    return client.read({ path: `/${resource}/delta`, query, resourceUnits: prices.delta });
  };
  const list = (path: string, query: Readonly<Record<string, string>>, link: string | undefined) =>
    link === undefined
      ? client.read({ path, query: { ...query, $top: String(listPageSize) }, resourceUnits: prices.list })
      : client.follow(link, prices.list);

  return {
    usersDelta: (from) =>
      answer(delta('users', userFields.join(','), from), (json) => deltaPage(json, serviceUrl, userEntry)),
    groupsDelta: (from) =>
      answer(delta('groups', [...groupFields, 'members'].join(','), from), (json) =>
        deltaPage(json, serviceUrl, groupEntry),
      ),
    userList: (link) =>
      answer(list('/users', { $select: userFields.join(',') }, link), (json) =>
        listPage(json, serviceUrl, userEntry),
      ),
    groupList: (link) =>
      answer(list('/groups', { $select: groupFields.join(',') }, link), (json) =>
        listPage(json, serviceUrl, groupEntry),
      ),
    groupMembers: (group: GroupId, link?: string) =>
      answer(list(`/groups/${group}/members`, { $select: 'id' }, link), (json) =>
        listPage(json, serviceUrl, memberEntries),
      ),
    // Without a cast: casts are answered from an index that lags (graph.md §1.6).
    groupsOf: ({ kind, id }, link) =>
      answer(list(`/${kind}s/${id}/memberOf`, { $select: 'id' }, link), (json) =>
        listPage(json, serviceUrl, memberEntries),
      ),
    counts: (questions) => countsOf(client, questions),
    user: (id: UserId) =>
      answer(
        client.read({
          path: `/users/${id}`,
          query: { $select: userFields.join(',') },
          resourceUnits: prices.single,
        }),
        userEntry,
      ),
    organization: () => organization(client, options),
    domains: () => everyPage(client, options, { path: '/domains', entry: domain }),
    appRoleAssignedTo: (servicePrincipal, link) =>
      answer(list(`/servicePrincipals/${servicePrincipal}/appRoleAssignedTo`, {}, link), (json) =>
        listPage(json, serviceUrl, (item) => parsed(AssignmentEntry, item)),
      ),
    permissions: () => permissionsOf(client, options),
  };
}

/** A page token that Graph refuses for whatever reason is dead; the round can begin again from its delta token. */
async function withinRound(link: string, reading: Promise<GraphReading>): Promise<GraphReading> {
  try {
    return await reading;
  } catch (error) {
    const isRefusal =
      error instanceof GraphFailure && (error.kind === 'refused' || error.kind === 'not-found');
    if (isRefusal && /[?&](\$|%24)?skiptoken=/i.test(link)) {
      throw new GraphFailure('token-dead', 'Graph refused the page token', { ...error.facts, cause: error });
    }
    throw error;
  }
}

const listPageSize = 999;

/** Resource units, as published or, for delta, as others measured (graph.md §1.7). */
const prices = { delta: 5, list: 3, single: 1 };

/** Without Organization.Read.All the tenant is known by its pinned id alone. */
async function organization(client: GraphClient, options: GraphReaderOptions) {
  const query = { $select: 'id,displayName' };
  const told = await answer(
    client.read({ path: '/organization', query, resourceUnits: prices.single }),
    (json) => {
      const [tenant] = listPage(json, options.serviceUrl, (item) => parsed(TenantEntry, item)).items;
      if (tenant === undefined) throw new GraphFailure('malformed', 'Graph answered with no organization');
      return { tenantId: tenant.id, displayName: tenant.displayName ?? '' };
    },
  );
  if (told.kind === 'fault' && told.fault.kind === 'forbidden') {
    return {
      kind: 'read' as const,
      value: { tenantId: options.tenantId, displayName: '' },
      ...together([told]),
    };
  }
  return told;
}

async function everyPage<T>(
  client: GraphClient,
  options: GraphReaderOptions,
  of: { readonly path: string; readonly entry: (item: unknown) => T },
): Promise<GraphAnswer<readonly T[]>> {
  const items: T[] = [];
  let spent: Spent = { calls: 0, resourceUnits: 0 };
  let link: string | undefined;
  for (let pages = 0; pages < listPagesMax; pages++) {
    const reading: Promise<GraphReading> =
      link === undefined
        ? client.read({ path: of.path, resourceUnits: prices.single })
        : client.follow(link, prices.single);
    const page: GraphAnswer<ListPage<T>> = await answer(reading, (json) =>
      listPage(json, options.serviceUrl, of.entry),
    );
    spent = together([{ kind: 'read', value: undefined, ...spent }, page]);
    if (page.kind === 'fault') return { ...page, ...spent };
    items.push(...page.value.items);
    link = page.value.next;
    if (link === undefined) return { kind: 'read', value: items, ...spent };
  }
  const detail = `Graph's list of ${of.path} does not end`;
  return { kind: 'fault', fault: { kind: 'malformed', detail }, ...spent };
}

/** A tenant has at most 5,000 managed domains. */
const listPagesMax = 100;

const domain = (item: unknown): TenantDomain => {
  const { id, isVerified, isDefault, isInitial } = parsed(DomainEntry, item);
  return { name: id, isVerified, isDefault, isInitial };
};

const DomainEntry = z.looseObject({
  id: z.string().min(1).max(256).toLowerCase(),
  isVerified: z.boolean(),
  isDefault: z.boolean().default(false),
  isInitial: z.boolean().default(false),
});

const TenantEntry = z.looseObject({ id: z.string().toLowerCase(), displayName: z.string().nullish() });

/** Of which role says nothing about scope; a principal of another type is nobody we know. */
const AssignmentEntry = z
  .looseObject({ principalId: z.string().toLowerCase(), principalType: z.string() })
  .transform(({ principalId, principalType }) => ({ principalId, principalType }));
