import { fileURLToPath } from 'node:url';
import { openApiDocument } from '../../shared/admin/openapi.ts';

/** Where the description of the admin API is committed. */
export const committedPath = fileURLToPath(new URL('../../docs/openapi.json', import.meta.url));

/** The text of that file: what the service answers at /api/openapi.json. */
export const committedDocument = (): string => `${JSON.stringify(openApiDocument(), null, 2)}
`;
