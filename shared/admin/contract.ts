import { adminKeyOperations } from './contract/admin-keys.ts';
import { cycleOperations } from './contract/cycles.ts';
import { directoryOperations } from './contract/directories.ts';
import { membershipOperations } from './contract/memberships.ts';
import { nestedOperations } from './contract/nested.ts';
import { organizationOperations } from './contract/organizations.ts';
import { runOperations } from './contract/runs.ts';

/** The admin API: what routes, validates and describes it. */
export const operations = {
  ...organizationOperations,
  ...directoryOperations,
  ...cycleOperations,
  ...nestedOperations,
  ...membershipOperations,
  ...runOperations,
  ...adminKeyOperations,
};

export type Operations = typeof operations;
export type OperationId = keyof Operations;
