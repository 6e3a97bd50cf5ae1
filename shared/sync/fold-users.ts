import type { JsonObject } from '../model/json.ts';
import type { FoldedUser } from './folded-users.ts';
import type { UserEntry } from './graph-port.ts';
import type { NestedUser } from './nested-store.ts';
import { isNew, isRevived, type Known, lifeAfter } from './object-life.ts';
import { factsOf, type UserFacts } from './scope.ts';
import type { SyncState } from './sync-state.ts';

/** A user after an entry of the round; undefined when there is nothing to be said of him. */
export function userAfter(
  { before, row, enumerated = false }: Known<FoldedUser, NestedUser>,
  entry: UserEntry,
  state: SyncState,
): FoldedUser | undefined {
  const known = before ?? (row === undefined ? undefined : knownUser(row));
  if (before === undefined && row?.life === 'gone' && !isRevived(entry, enumerated)) return undefined;
  if (entry.kind === 'removed') {
    return known === undefined ? undefined : { ...known, life: lifeAfter(entry.reason) };
  }
  const { fields } = entry;
  return {
    life: 'live',
    facts: factsAfter(known?.facts, fields),
    enabled:
      fields['accountEnabled'] === undefined ? (known?.enabled ?? true) : fields['accountEnabled'] !== false,
    isNew: isNew(entry, { known, state }),
    ...(known?.stored === undefined ? {} : { stored: known.stored }),
  };
}

function knownUser(row: NestedUser): FoldedUser {
  const enabled = row.fields['accountEnabled'] !== false;
  return {
    life: row.life,
    facts: factsOf(row.fields),
    enabled,
    isNew: false,
    stored: { life: row.life, standing: row.standing, enabled },
  };
}

/** Facts after an entry that may speak of some fields only. */
function factsAfter(known: UserFacts | undefined, said: JsonObject): UserFacts {
  const now = factsOf(said);
  if (known === undefined) return now;
  const { domain, foreign } = 'userPrincipalName' in said ? now : known;
  const { typed, guest } = 'userType' in said ? now : known;
  return { domain, foreign, typed, guest: typed ? guest : foreign };
}
