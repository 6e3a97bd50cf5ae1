import type { Tenant } from '../tenant.ts';
import type { PageSizes } from './delta-round.ts';
import type { Faults } from './faults.ts';
import type { TenantView } from './tenant-view.ts';

/** What a token may read, in the names of application permissions. */
export type GraphPermission =
  | 'User.Read.All'
  | 'GroupMember.Read.All'
  | 'Member.Read.Hidden'
  | 'Domain.Read.All'
  | 'Organization.Read.All'
  | 'Application.Read.All';

export const allPermissions: readonly GraphPermission[] = [
  'User.Read.All',
  'GroupMember.Read.All',
  'Member.Read.Hidden',
  'Domain.Read.All',
  'Organization.Read.All',
  'Application.Read.All',
];

/** What all routes of one simulated Graph share. */
export interface GraphState {
  readonly tenant: Tenant;
  readonly faults: Faults;
  readonly permissions: Set<GraphPermission>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly newId: () => string;
  readonly pageSizes: PageSizes;
  /** `http://127.0.0.1:…/v1.0`, known once the server listens. */
  readonly serviceUrl: () => string;
  /** What delta reads and list reads see: the tenant, or a replica that lags behind it. */
  readonly deltaView: () => TenantView;
  readonly listView: () => TenantView;
  /** What counts see: the advanced index lags more than lists. */
  readonly countView: () => TenantView;
}
