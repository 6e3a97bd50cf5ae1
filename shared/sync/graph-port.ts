import type { GroupId, UserId } from '../model/ids.ts';
import type { JsonObject } from '../model/json.ts';

/**
 * Microsoft Graph in the words of a run: parsed values, one page or one object per call, and faults as values.
 * The adapter retries what a short wait mends; what it returns as a fault is for the run to decide. Ids are lower case.
 */
export interface GraphReader {
  usersDelta(from: DeltaStart): Promise<GraphAnswer<DeltaPage<UserEntry>>>;
  /** With `members`; one group may come in many slices, on any page. */
  groupsDelta(from: DeltaStart): Promise<GraphAnswer<DeltaPage<GroupEntry>>>;
  /** Lists for a fast baseline: 999 objects per page. `link` is the nextLink of the page before. */
  userList(link?: string): Promise<GraphAnswer<ListPage<UserEntry>>>;
  groupList(link?: string): Promise<GraphAnswer<ListPage<GroupEntry>>>;
  /** Direct members of one group, with devices, contacts and service principals where Graph shows them. */
  groupMembers(group: GroupId, link?: string): Promise<GraphAnswer<ListPage<MemberEntry>>>;
  /**
   * Groups (and other containers, by type) that hold one object directly. Where a reader has no such call, memberships from
   * before an object was deleted stay unknown until a complete enumeration.
   */
  groupsOf?(member: MemberToAsk, link?: string): Promise<GraphAnswer<ListPage<MemberEntry>>>;
  /**
   * How many there are, at most 20 questions, answers in their order; undefined where Graph gave none. From an index that lags: a
   * reason to look, never evidence. Where a reader has no such call, nothing is compared.
   */
  counts?(questions: readonly CountQuestion[]): Promise<GraphAnswer<readonly (number | undefined)[]>>;
  /** One user by id, for "sync one user now" and for doubts; `not-found` is an answer, not a proof. */
  user(id: UserId): Promise<GraphAnswer<UserEntry>>;
  organization(): Promise<GraphAnswer<TenantFacts>>;
  domains(): Promise<GraphAnswer<readonly TenantDomain[]>>;
  /** Who is assigned to an enterprise application, by the object id of its service principal. */
  appRoleAssignedTo(servicePrincipal: string, link?: string): Promise<GraphAnswer<ListPage<Assignment>>>;
  /** What the credential may read; missing optional permissions reduce the scope and are no error. */
  permissions(): Promise<GraphAnswer<Permissions>>;
}

export type GraphAnswer<T> =
  | {
      readonly kind: 'read';
      readonly value: T;
      /** Requests sent for it, those that failed included, and resource units as answered or as estimated. */
      readonly calls: number;
      readonly resourceUnits: number;
    }
  | {
      readonly kind: 'fault';
      readonly fault: GraphFault;
      /** As of an answer; absent when nothing was sent. */
      readonly calls?: number;
      readonly resourceUnits?: number;
    };

/** Unknown is never empty: whatever is not a complete answer is one of these. */
export interface GraphFault {
  readonly kind: GraphFaultKind;
  /** Safe to show, without secrets. */
  readonly detail: string;
  /** Of `throttled`; may have a fraction. */
  readonly retryAfterSeconds?: number;
  /** Of `unauthorized`, where more is known than that consent is not there. */
  readonly code?: SignInRefusal;
}

export type SignInRefusal =
  /** The token is another tenant's than the confirmed one. */
  | 'wrong_tenant'
  /** The secret, certificate or trust is wrong or has expired. */
  | 'credential_rejected'
  /** The installation has none. */
  | 'credential_missing';

export type GraphFaultKind =
  | 'throttled'
  /** 410, or a code that says the delta token is of no use any more: read everything again. */
  | 'resync-required'
  /** A nextLink within a round is dead; the last committed deltaLink may still work. */
  | 'token-dead'
  /** The consent or the credential is gone. */
  | 'unauthorized'
  /** A permission is missing. */
  | 'forbidden'
  | 'not-found'
  | 'transient'
  /** Not the documented shape, a link to another host, or a delta page with both links or none. */
  | 'malformed';

export type DeltaStart =
  | { readonly kind: 'beginning' }
  /** A deltaLink and no data: changes from now on. */
  | { readonly kind: 'now' }
  | { readonly kind: 'link'; readonly link: string };

/** Exactly one of `next` and `delta` is there. */
export interface DeltaPage<T> {
  readonly items: readonly T[];
  readonly next?: string;
  readonly delta?: string;
  /** Hash of the items as received, without links: equal for equal pages. */
  readonly fingerprint: string;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** Each field is absent (keep what is known), null (cleared) or a value. */
export type UserEntry =
  | { readonly kind: 'present'; readonly id: UserId; readonly fields: JsonObject }
  | { readonly kind: 'removed'; readonly id: UserId; readonly reason: RemovalReason };

export type GroupEntry =
  | {
      readonly kind: 'present';
      readonly id: GroupId;
      readonly fields: JsonObject;
      /** Absent when the entry had no `members@delta`, which is not the same as none. */
      readonly members?: readonly MemberEntry[];
    }
  | { readonly kind: 'removed'; readonly id: GroupId; readonly reason: RemovalReason };

/** `changed`: soft-deleted, may be restored. `deleted`: gone for good. */
export type RemovalReason = 'changed' | 'deleted';

export interface MemberEntry {
  readonly id: string;
  readonly type: MemberType;
  /** `@removed` in `members@delta`; says nothing about the member's life. */
  readonly removed: boolean;
}

/** A user or group whose direct groups are asked for. */
export interface MemberToAsk {
  readonly kind: 'user' | 'group';
  readonly id: string;
}

/** Of the tenant's objects, or of a group's direct members of one type. */
export type CountQuestion =
  | { readonly of: 'users' | 'groups' }
  | { readonly of: 'members'; readonly group: GroupId; readonly type: 'user' | 'group' };

/** Questions of one `counts`. */
export const countsAtOnce = 20;

export type MemberType = 'user' | 'group' | 'device' | 'contact' | 'servicePrincipal' | 'other';

export interface TenantFacts {
  readonly tenantId: string;
  readonly displayName: string;
}

export interface TenantDomain {
  /** Lower case. */
  readonly name: string;
  readonly isVerified: boolean;
  readonly isDefault: boolean;
  readonly isInitial: boolean;
}

export interface Assignment {
  readonly principalId: string;
  /** `User`, `Group`, `ServicePrincipal`. */
  readonly principalType: string;
}

export interface Permissions {
  /** Both are required: User.Read.All and GroupMember.Read.All. */
  readonly users: boolean;
  readonly groups: boolean;
  /** Optional: Domain.Read.All, Member.Read.Hidden, Application.Read.All. */
  readonly domains: boolean;
  readonly hiddenMembers: boolean;
  /** The token does not tell its roles: only what Graph shows does. */
  readonly hiddenUnknown?: true;
  readonly applications: boolean;
}

/** What is asked of users and groups ($select). A change of either asks for a new baseline. */
export const userFields = [
  'id',
  'displayName',
  'givenName',
  'surname',
  'userPrincipalName',
  'mail',
  'otherMails',
  'userType',
  'accountEnabled',
  'jobTitle',
  'department',
  'mobilePhone',
  'businessPhones',
  'preferredLanguage',
  'onPremisesSyncEnabled',
  'createdDateTime',
] as const;

export const groupFields = [
  'id',
  'displayName',
  'description',
  'mail',
  'mailEnabled',
  'securityEnabled',
  'groupTypes',
  'visibility',
  'isAssignableToRole',
  'membershipRule',
  'onPremisesSyncEnabled',
  'createdDateTime',
] as const;

/** Kept beside the delta tokens. */
export const selectFingerprint = `${userFields.join(',')}/${groupFields.join(',')},members`;
