import type { JsonValue, ScimConnection, ScimReceived } from '../../conformance/scim-http/scim-case.ts';

export type Operation = { readonly op: string; readonly path?: string; readonly value?: JsonValue };

export const patchBody = (...operations: readonly Operation[]): JsonValue => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations.map((operation) => ({ ...operation })),
});

/** How often each status was answered. */
export function statuses(answers: readonly ScimReceived[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

export const idOf = ({ body }: ScimReceived): string => (body as { id: string }).id;

export async function bodyOf(connection: ScimConnection, path: string): Promise<JsonValue> {
  const { status, body } = await connection.send({ method: 'GET', path });
  if (status !== 200 || body === undefined)
    throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

export interface Listed {
  readonly totalResults: number;
  readonly nextCursor?: string;
  readonly previousCursor?: string;
  readonly Resources: readonly { readonly id: string }[];
}

export async function listed(connection: ScimConnection, path: string): Promise<Listed> {
  return (await bodyOf(connection, path)) as unknown as Listed;
}

export const idsOf = async (connection: ScimConnection, path: string): Promise<readonly string[]> =>
  (await listed(connection, path)).Resources.map(({ id }) => id);
