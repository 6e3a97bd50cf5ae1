import { adminKeyOperations } from './contract/admin-keys.ts';
import { directoryOperations } from './contract/directories.ts';
import { organizationOperations } from './contract/organizations.ts';

/** The admin API: what routes, validates and describes it. */
export const operations = { ...organizationOperations, ...directoryOperations, ...adminKeyOperations };

export type Operations = typeof operations;
export type OperationId = keyof Operations;
