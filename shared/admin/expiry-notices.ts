import type { AdminScope } from '../access/admin-access.ts';
import type { StoredKey } from '../access/directory-access.ts';
import { type Randomness, timeOrdered } from '../model/new-ids.ts';
import type { AuditAct, AuditDraft } from './audit.ts';
import type {
  AdminKeyRecord,
  DirectoryRecord,
  OrganizationRecord,
  Page,
  PageOf,
  Registry,
} from './registry.ts';

/** Days before its end at which a key's owner is told, once each (XA-30). */
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
  readonly kind: 'scim-key' | 'admin-key';
  readonly scope: AdminScope;
  /** Of a SCIM key. */
  readonly directoryId?: string;
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
  readonly random: Randomness;
}

/** Tells of every key that has passed a mark since it was last told of. Safe to repeat and to run twice at once. */
export async function* tellExpiring(ports: ExpiryPorts): AsyncGenerator<ExpiryNotice> {
  const { registry } = ports;
  yield* await told(ports, adminKeysDue(await all((page) => registry.adminKeys('all', page)), ports));
  for (const { id } of await all<OrganizationRecord>((page) => registry.organizations(page))) {
    yield* await told(ports, adminKeysDue(await all((page) => registry.adminKeys(id, page)), ports));
    for (const directory of await all<DirectoryRecord>((page) => registry.directories(id, page)))
      yield* await told(ports, scimKeysDue(directory, ports));
  }
}

/**
 * The least mark that is passed now; undefined when none is, or the key is dead. A key that was made for fewer days than a mark
 * never passes it: whoever made it knew.
 */
export function passedMark(
  { created, expires }: { readonly created: string; readonly expires: string },
  now: number,
): number | undefined {
  const [from, end] = [Date.parse(created), Date.parse(expires)];
  if (now >= end) return undefined;
  return noticeDays
    .filter((days) => end - from > days * dayMilliseconds && now >= end - days * dayMilliseconds)
    .at(-1);
}

const dayMilliseconds = 86_400_000;

type Due = Omit<ExpiryNotice, 'daysLeft'>;

/** A key with a successor is on its way out on purpose. */
function scimKeysDue(directory: DirectoryRecord, { random }: ExpiryPorts): readonly Due[] {
  const keys: readonly StoredKey[] = 'keys' in directory ? directory.keys : [];
  return keys.flatMap((key) => {
    const mark = key.replacedFrom === undefined ? passedMark(key, random.now()) : undefined;
    if (mark === undefined) return [];
    const { id: directoryId, organizationId: scope } = directory;
    return [
      {
        kind: 'scim-key' as const,
        scope,
        directoryId,
        keyId: key.id,
        noticeDays: mark,
        expires: key.expires,
      },
    ];
  });
}

function adminKeysDue(keys: readonly AdminKeyRecord[], { random }: ExpiryPorts): readonly Due[] {
  return keys.flatMap(({ id: keyId, scope, created, expires }) => {
    const mark = expires === null ? undefined : passedMark({ created, expires }, random.now());
    if (mark === undefined || expires === null) return [];
    return [{ kind: 'admin-key' as const, scope, keyId, noticeDays: mark, expires }];
  });
}

const acts: Readonly<Record<ExpiryNotice['kind'], AuditAct>> = {
  'scim-key': 'directory.token.expiring',
  'admin-key': 'admin-key.expiring',
};

async function told({ notices, random }: ExpiryPorts, due: readonly Due[]): Promise<readonly ExpiryNotice[]> {
  const written: ExpiryNotice[] = [];
  for (const notice of due) {
    const { kind, scope, directoryId, keyId, noticeDays: days, expires } = notice;
    const now = random.now();
    const daysLeft = Math.ceil((Date.parse(expires) - now) / dayMilliseconds);
    const audit: AuditDraft = {
      id: timeOrdered(random),
      at: new Date(now).toISOString(),
      actor: 'system',
      act: acts[kind],
      subject: directoryId ?? keyId,
      facts: { key: keyId, daysLeft: String(daysLeft), expires },
    };
    if (await notices.tell(scope, { subject: keyId, days }, audit)) written.push({ ...notice, daysLeft });
  }
  return written;
}

async function all<T>(read: (page: PageOf) => Promise<Page<T>>): Promise<readonly T[]> {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const page = await read({ after, limit: 100 });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
}
