import type { Resource, ResourceKind } from './scim-directory.ts';

/** `{baseUrl}/Users/{id}`. */
export const locationOf = ({ kind, id }: Pick<Resource, 'kind' | 'id'>, baseUrl: string): string =>
  `${baseUrl}/${endpointOf[kind]}/${encodeURIComponent(id)}`;

const endpointOf: Readonly<Record<ResourceKind, string>> = { User: 'Users', Group: 'Groups' };
