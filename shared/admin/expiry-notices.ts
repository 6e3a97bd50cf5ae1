import type { AdminScope } from '../access/admin-access.ts';
import { type Randomness, timeOrdered } from '../model/new-ids.ts';
import { apart, type Failure } from './apart.ts';
import type { AuditAct, AuditDraft } from './audit.ts';
import { all } from './every-page.ts';
import { daysUntil, type GraphSecret } from './graph-secret.ts';
import type { ConnectionCredential } from './nested-record.ts';
import type { AdminKeyRecord, DirectoryRecord, Registry } from './registry.ts';

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
  readonly registry: Pick<Registry, 'organizationIds' | 'directories' | 'adminKeys'>;
  readonly notices: ExpiryNotices;
  /** What a nested directory signs in with. */
  readonly secret: (credential: ConnectionCredential) => GraphSecret | undefined;
  readonly random: Randomness;
  /** Told of the days left of each that still works, due or not. */
  readonly seen?: (daysLeft: number) => void;
  /** Where what fails is put aside, so that all others are told of. */
  readonly failures: Failure[];
}

/** Tells of everything that has passed a mark since it was last told of. Safe to repeat and to run twice at once. */
export async function* tellExpiring(ports: ExpiryPorts): AsyncGenerator<ExpiryNotice> {
  const { registry, failures } = ports;
  const secrets = new Map<string, Ending>();
  const told: ExpiryNotice[] = [];
  const tell = (at: Failure['at'], endings: () => Promise<readonly Ending[]>) =>
    apart(failures, at, async () => {
      for (const ending of await endings())
        await apart(failures, at, async () => told.push(...(await toldOf(ports, ending))));
    });
  await tell({}, async () => adminKeysOf(await all((page) => registry.adminKeys('all', page))));
  yield* told.splice(0);
  for (const id of await all((page) => registry.organizationIds(page))) {
    const at = { organizationId: id };
    await tell(at, async () => adminKeysOf(await all((page) => registry.adminKeys(id, page))));
    await tell(at, async () => {
      const directories = await all((page) => registry.directories(id, page));
      for (const secret of directories.flatMap((directory) => secretOf(directory, ports)))
        secrets.set(secret.keyId, secret);
      return directories.flatMap(scimKeysOf);
    });
    yield* told.splice(0);
  }
  // Many directories may sign in with one secret: it is told of once.
  await tell({}, async () => [...secrets.values()]);
  yield* told;
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
function scimKeysOf(directory: DirectoryRecord): readonly Ending[] {
  if (directory.kind !== 'scim') return [];
  const { id: directoryId, organizationId: scope, keys } = directory;
  return keys
    .filter(({ replacedFrom }) => replacedFrom === undefined)
    .map(({ id: keyId, created, expires }) => {
      return { kind: 'scim-key', scope, directoryId, keyId, created, expires };
    });
}

const adminKeysOf = (keys: readonly AdminKeyRecord[]): readonly Ending[] =>
  keys.flatMap(({ id: keyId, scope, created, expires }) =>
    expires === null ? [] : [{ kind: 'admin-key', scope, keyId, created, expires }],
  );

function secretOf(directory: DirectoryRecord, { secret }: ExpiryPorts): readonly [Ending] | readonly [] {
  if (directory.kind !== 'nested') return [];
  const { connection } = directory;
  const { setting: keyId, expires, ...more } = secret(connection.credential) ?? {};
  if (keyId === undefined || expires === undefined) return [];
  return [{ kind: 'graph-secret', scope: 'all', keyId, expires, ...more }];
}

const acts: Readonly<Record<ExpiryNotice['kind'], AuditAct>> = {
  'scim-key': 'directory.token.expiring',
  'admin-key': 'admin-key.expiring',
  'graph-secret': 'graph-secret.expiring',
};

async function toldOf(ports: ExpiryPorts, ending: Ending): Promise<readonly [ExpiryNotice] | readonly []> {
  const now = ports.random.now();
  const days = passedMark(ending, now);
  const daysLeft = daysUntil(ending.expires, now);
  if (daysLeft > 0) ports.seen?.(daysLeft);
  if (days === undefined) return [];
  const { created: _, ...notice } = { ...ending, noticeDays: days, daysLeft };
  const audit = auditOf(notice, ports);
  return (await ports.notices.tell(ending.scope, { subject: subjectOf(ending), days }, audit))
    ? [notice]
    : [];
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
