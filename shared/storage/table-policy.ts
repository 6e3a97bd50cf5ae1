import type { TableServiceClientOptions } from '@azure/data-tables';

/** A step of the table client's pipeline. */
export type TablePolicy = NonNullable<TableServiceClientOptions['additionalPolicies']>[number]['policy'];
