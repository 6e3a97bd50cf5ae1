import type { AdminScope } from '../access/admin-access.ts';
import { type Randomness, timeOrdered } from '../model/new-ids.ts';
import type { AuditAct, AuditDraft } from './audit.ts';
import { all } from './every-page.ts';
import { daysUntil, type GraphSecret } from './graph-secret.ts';
import type { ConnectionCredential } from './nested-record.ts';
import type { AdminKeyRecord, NestedDirectoryRecord, Registry, ScimDirectoryRecord } from './registry.ts';

/** Days before its end at which somebody is told of a key or secret, once each (XA-30). */
export const noticeDays = [30, 14, 7, 1] as const;

/** Remembers what was told, so that it is told once. */
export interface ExpiryNotices {
  /**
   * Writes the audit entry of a notice and remembers its days, both or none. False when these days, or fewer, were told before,
   * by whichever instance.
   */
  tell(
    scope: AdminScope,
    notice: { readonly subject: string; readonly days: number },
    audit: AuditDraft,
  ): Promise<boolean>;
}

/** A notice that was just written. */
export interface ExpiryNotice {
  readonly kind: 'scim-key' | 'admin-key' | 'graph-secret';
  readonly scope: AdminScope;
  /** Of a SCIM key. */
  readonly directoryId?: string;
  /** Of a key its id, of a Graph secret the setting that holds it. */
  readonly keyId: string;
  readonly daysLeft: number;
  /** The mark that was passed. */
  readonly noticeDays: number;
  /** RFC 3339. */
  readonly expires: string;
}

export interface ExpiryPorts {
  readonly registry: Pick<Registry, 'organizations' | 'directories' | 'adminKeys'>;
  readonly notices: ExpiryNotices;
  /** What a nested directory signs in with. */
  readonly secret: (credential: ConnectionCredential) => GraphSecret | undefined;
  readonly random: Randomness;
  /** Told of the days left of each that still works, due or not. */
  readonly seen?: (daysLeft: number) => void;
}

/** Tells of everything that has passed a mark since it was last told of. Safe to repeat and to run twice at once. */
export async function* tellExpiring(ports: ExpiryPorts): AsyncGenerator<ExpiryNotice> {
  const { registry } = ports;
  const secrets = new Map<string, Ending>();
  yield* await told(ports, adminKeysOf(await all((page) => registry.adminKeys('all', page))));
  for (const { id } of await all((page) => registry.organizations(page))) {
    yield* await told(ports, adminKeysOf(await all((page) => registry.adminKeys(id, page))));
    for (const directory of await all((page) => registry.directories(id, page))) {
      if (directory.kind === 'scim') yield* await told(ports, scimKeysOf(directory));
      else for (const secret of secretOf(directory, ports)) secrets.set(secret.keyId, secret);
    }
  }
  // Many directories may sign in with one secret: it is told of once.
  yield* await told(ports, [...secrets.values()]);
}

/**
 * The least mark that is passed now; undefined when none is, or it is dead. What was made for fewer days than a mark
 * never passes it: whoever made it knew.
 */
export function passedMark(
  { created, expires }: { readonly created?: string; readonly expires: string },
  now: number,
): number | undefined {
  const end = Date.parse(expires);
  const life = created === undefined ? Number.POSITIVE_INFINITY : end - Date.parse(created);
  if (now >= end) return undefined;
  return noticeDays
    .filter((days) => life > days * dayMilliseconds && now >= end - days * dayMilliseconds)
    .at(-1);
}

const dayMilliseconds = 86_400_000;

type Ending = Pick<ExpiryNotice, 'kind' | 'scope' | 'directoryId' | 'keyId' | 'expires'> & {
  readonly created?: string;
};

/** A key with a successor is on its way out on purpose. */
const scimKeysOf = ({
  id: directoryId,
  organizationId: scope,
  keys,
}: ScimDirectoryRecord): readonly Ending[] =>
  keys
    .filter(({ replacedFrom }) => replacedFrom === undefined)
    .map(({ id: keyId, created, expires }) => {
      return { kind: 'scim-key', scope, directoryId, keyId, created, expires };
    });

const adminKeysOf = (keys: readonly AdminKeyRecord[]): readonly Ending[] =>
  keys.flatMap(({ id: keyId, scope, created, expires }) =>
    expires === null ? [] : [{ kind: 'admin-key', scope, keyId, created, expires }],
  );

function secretOf(
  { connection }: NestedDirectoryRecord,
  { secret }: ExpiryPorts,
): readonly [Ending] | readonly [] {
  const { setting: keyId, expires, ...more } = secret(connection.credential) ?? {};
  if (keyId === undefined || expires === undefined) return [];
  return [{ kind: 'graph-secret', scope: 'all', keyId, expires, ...more }];
}

const acts: Readonly<Record<ExpiryNotice['kind'], AuditAct>> = {
  'scim-key': 'directory.token.expiring',
  'admin-key': 'admin-key.expiring',
  'graph-secret': 'graph-secret.expiring',
};

async function told(ports: ExpiryPorts, endings: readonly Ending[]): Promise<readonly ExpiryNotice[]> {
  const written: ExpiryNotice[] = [];
  for (const ending of endings) {
    const now = ports.random.now();
    const days = passedMark(ending, now);
    const daysLeft = daysUntil(ending.expires, now);
    if (daysLeft > 0) ports.seen?.(daysLeft);
    if (days === undefined) continue;
    const { created: _, ...notice } = { ...ending, noticeDays: days, daysLeft };
    if (await ports.notices.tell(ending.scope, { subject: subjectOf(ending), days }, auditOf(notice, ports)))
      written.push(notice);
  }
  return written;
}

/** A new secret comes under the old one's setting: its end tells them apart. */
const subjectOf = ({ kind, keyId, expires }: Ending): string =>
  kind === 'graph-secret' ? `${keyId} ${expires}` : keyId;

const auditOf = (
  { kind, directoryId, keyId, daysLeft, expires }: ExpiryNotice,
  { random }: ExpiryPorts,
): AuditDraft => ({
  id: timeOrdered(random),
  at: new Date(random.now()).toISOString(),
  actor: 'system',
  act: acts[kind],
  subject: directoryId ?? keyId,
  facts: { key: keyId, daysLeft: String(daysLeft), expires },
});
