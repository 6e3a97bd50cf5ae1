import type { Permissions } from '../../../shared/sync/graph-port.ts';
import type { FakeFaults } from './fake-faults.ts';
import type { TenantHistory } from './tenant-history.ts';

/** A tenant, and what is set of how it answers. */
export interface ReadTenant {
  readonly id: string;
  readonly history: TenantHistory;
  readonly faults: FakeFaults;
  readonly permissions: Permissions;
  readonly tokenAge: number;
  readonly lagSeconds: number;
}
