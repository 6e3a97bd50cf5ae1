import type { JsonObject } from '../model/json.ts';
import type { GroupEntry } from './graph-port.ts';
import type { Life, NestedGroup } from './nested-store.ts';
import { isNew, isRevived, type Known, lifeAfter } from './object-life.ts';
import type { SyncState } from './sync-state.ts';

/** A group the round spoke of, as the last word has it. */
export interface FoldedGroup {
  readonly life: Life;
  readonly storedLife?: Life;
  /** The round told that it was deleted, whatever it told after that. */
  readonly slept?: true;
  readonly hidden: boolean;
  readonly dynamic: boolean;
  /** Some entry of the round had `members@delta`. */
  readonly toldMembers: boolean;
  /** Some entry of the round had somebody in it. */
  readonly shownMembers: boolean;
  /** Made after the last run had read everything. */
  readonly isNew: boolean;
}

/** A group after an entry of the round; undefined when there is nothing to be said of it. */
export function groupAfter(
  { before, row, enumerated = false }: Known<FoldedGroup, NestedGroup>,
  entry: GroupEntry,
  state: SyncState,
): FoldedGroup | undefined {
  const known = before ?? (row === undefined ? undefined : knownGroup(row));
  if (before === undefined && row?.life === 'gone' && !isRevived(entry, enumerated)) return undefined;
  if (entry.kind === 'removed') {
    return known === undefined ? undefined : { ...known, life: lifeAfter(entry.reason), slept: true };
  }
  return {
    ...shownGroup(known ?? newGroup, entry.fields),
    toldMembers: (known?.toldMembers ?? false) || entry.members !== undefined,
    shownMembers: (known?.shownMembers ?? false) || entry.members?.some(({ removed }) => !removed) === true,
    isNew: isNew(entry, { known, state }),
  };
}

const newGroup: FoldedGroup = {
  life: 'live',
  hidden: false,
  dynamic: false,
  toldMembers: false,
  shownMembers: false,
  isNew: false,
};

const shownGroup = (known: FoldedGroup, fields: JsonObject): FoldedGroup => ({
  ...known,
  life: 'live',
  hidden: 'visibility' in fields ? isHidden(fields) : known.hidden,
  dynamic: 'groupTypes' in fields ? isDynamic(fields) : known.dynamic,
});

const knownGroup = (row: NestedGroup): FoldedGroup => ({
  life: row.life,
  storedLife: row.life,
  hidden: isHidden(row.fields),
  dynamic: isDynamic(row.fields),
  toldMembers: false,
  shownMembers: false,
  isNew: false,
});

/** Members of such a group are not shown without Member.Read.Hidden, and no error tells. */
export const isHidden = (fields: JsonObject) =>
  String(fields['visibility'] ?? '').toLowerCase() === 'hiddenmembership';

/** Its members come and go in waves while the rule engine works. */
export const isDynamic = ({ groupTypes }: JsonObject) =>
  Array.isArray(groupTypes) && groupTypes.includes('DynamicMembership');
