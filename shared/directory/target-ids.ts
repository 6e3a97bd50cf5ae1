import type { GroupId, UserId } from '../model/ids.ts';
import { memberOf } from '../model/new-ids.ts';
import { excerpt, Refusal } from '../model/refusal.ts';
import type { Target } from '../scim/scim-directory.ts';

/** The user that a URL names; Refusal `not-found` for what cannot be an id of ours. */
export function userIdOf(target: Target): UserId {
  const member = memberOf(target.id);
  if (member?.kind !== 'user') throw notFound(target);
  return member.id;
}

export function groupIdOf(target: Target): GroupId {
  const member = memberOf(target.id);
  if (member?.kind !== 'group') throw notFound(target);
  return member.id;
}

export const notFound = (target: Target) =>
  new Refusal('not-found', `${target.kind} ${excerpt(target.id)} is not in this directory.`);
