import { Refusal } from '../model/refusal.ts';
import type { ScimSettings } from '../scim/exchange.ts';
import type { ResourceKind } from '../scim/scim-directory.ts';
import type { DirectoryContext } from './directory-context.ts';
import type { DirectoryStore } from './directory-store.ts';

/** From this part of a limit on, every create looks at the real counts. */
const nearLimit = 0.9;

/** Refusal `limit-exceeded` for a create beyond the directory's limit; nothing is read while the limit is far away. */
export async function assertRoom(
  store: DirectoryStore,
  context: DirectoryContext,
  creating: { readonly kind: ResourceKind; readonly settings: ScimSettings },
): Promise<void> {
  const { kind, settings } = creating;
  const max = kind === 'User' ? settings.usersMax : settings.groupsMax;
  const estimate = context.memory.counts.estimate(context.directory, context.now());
  if (estimate && estimate[kind] < max * nearLimit) return;
  const { users, groups } = await store.counts(context.directory);
  const counted = { at: context.now(), User: users, Group: groups };
  context.memory.counts.set(context.directory, counted);
  if (counted[kind] < max) return;
  throw new Refusal(
    'limit-exceeded',
    `This directory holds at most ${max} ${kind === 'User' ? 'users' : 'groups'}.`,
  );
}
