import { deadFrom } from '../../shared/access/directory-access.ts';
import type { AuditAct, AuditDraft } from '../../shared/admin/audit.ts';
import { all } from '../../shared/admin/every-page.ts';
import type { AdminKeyRecord, DirectoryRecord, Registry } from '../../shared/admin/registry.ts';
import { type Randomness, timeOrdered } from '../../shared/model/new-ids.ts';

export interface WorkingKeys {
  readonly scim: number;
  readonly admin: number;
}

/** Keys that open something: those of the export, whatever was revoked after it. */
export async function workingKeys(registry: Registry, now: number): Promise<WorkingKeys> {
  let [scim, admin] = [0, 0];
  for await (const directory of directoriesOf(registry))
    scim += keysOf(directory).filter((key) => deadFrom(key) > now).length;
  for await (const { expires } of adminKeysOf(registry))
    if (expires === null || Date.parse(expires) > now) admin++;
  return { scim, admin };
}

/** What an operator has to know about the keys of a restored account, as lines. */
export function keysTold(exportName: string, { scim, admin }: WorkingKeys, revoked: boolean): string[] {
  if (revoked) {
    return [
      'All SCIM keys and admin keys are revoked. What remains:',
      '  1. Come in with an Entra token, or with a new FIRST_ADMIN_KEY (the old one stays dead).',
      '  2. Regenerate the SCIM key of each directory and put it into Entra.',
    ];
  }
  return [
    `${scim} SCIM keys and ${admin} admin keys work again, as they did in ${exportName}.`,
    'A key that was revoked AFTER that export works again too: an export cannot know.',
    'If any was, or if you are not sure: run this again with --resume --revoke-keys, or revoke them over the API,',
    'before the service answers with this account.',
  ];
}

/** Every key that the export brought back is dead afterwards, each with its entry in the audit. */
export async function revokeKeys(registry: Registry, random: Randomness): Promise<void> {
  const entry = (act: AuditAct, subject: string): AuditDraft => ({
    id: timeOrdered(random),
    at: new Date(random.now()).toISOString(),
    actor: 'system',
    act,
    subject,
    facts: { reason: 'restored from an export' },
  });
  for await (const directory of directoriesOf(registry)) {
    if (keysOf(directory).length === 0) continue;
    const after = { ...directory, keys: [], version: directory.version + 1 };
    if (!(await registry.replaceDirectory(directory, after, entry('directory.token.revoked', directory.id))))
      throw new Error(`${directory.id} was changed meanwhile: nothing may use the account during a restore`);
  }
  for await (const key of adminKeysOf(registry)) {
    if (!(await registry.revokeAdminKey(key, entry('admin-key.revoked', key.id))))
      throw new Error(`${key.id} was changed meanwhile: nothing may use the account during a restore`);
  }
}

const keysOf = (directory: DirectoryRecord) => ('keys' in directory ? directory.keys : []);

async function* directoriesOf(registry: Registry): AsyncGenerator<DirectoryRecord> {
  for (const { id } of await all((page) => registry.organizations(page)))
    yield* await all((page) => registry.directories(id, page));
}

async function* adminKeysOf(registry: Registry): AsyncGenerator<AdminKeyRecord> {
  yield* await all((page) => registry.adminKeys('all', page));
  for (const { id } of await all((page) => registry.organizations(page)))
    yield* await all((page) => registry.adminKeys(id, page));
}
