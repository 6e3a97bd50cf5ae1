import type { Json, JsonObject } from '../../../shared/model/json.ts';
import { type DeltaEntry, type DeltaMember, type DeltaRound, tracksMembers } from './delta-round.ts';
import type { Faults } from './faults.ts';
import { propertiesOf, selected, touchedProperties, typeOf, withoutNeverSet } from './rendering.ts';
import type { TenantView } from './tenant-view.ts';

/** What a page is rendered from: the tenant as it is while the page is read, and the round it belongs to. */
export interface PageSource {
  readonly view: TenantView;
  readonly round: DeltaRound;
  readonly faults: Faults;
}

/** One page of a round in Graph's words. */
export function renderPage(source: PageSource, page: number): Json[] {
  return (source.round.pages[page] ?? []).map((entry) => renderEntry(source, entry));
}

function renderEntry(source: PageSource, entry: DeltaEntry): JsonObject {
  const object = source.view.object(entry.id);
  if (entry.kind === 'removed') return removal(entry.id, entry.reason);
  if (object?.life !== 'live')
    return removal(entry.id, object?.life === 'soft-deleted' ? 'changed' : 'deleted');
  return entry.kind === 'slice' ? renderSlice(source, entry) : renderObject(source, entry.id);
}

const removal = (id: string, reason: 'changed' | 'deleted'): JsonObject => ({ id, '@removed': { reason } });

function renderObject(source: PageSource, id: string): JsonObject {
  const { round, faults } = source;
  const properties = shownProperties(source, id);
  const isGroup = round.resource === 'groups' && tracksMembers(round.select);
  return isGroup && faults.happens('empty-members') ? { ...properties, 'members@delta': [] } : properties;
}

function renderSlice(
  source: PageSource,
  { id, members }: Extract<DeltaEntry, { kind: 'slice' }>,
): JsonObject {
  const header = source.faults.happens('bare-group-entries') ? { id } : shownProperties(source, id);
  return { ...header, 'members@delta': members.map((member) => renderMember(source.view, member)) };
}

function renderMember(view: TenantView, { id, added }: DeltaMember): JsonObject {
  const type = typeOf(view.object(id)?.kind ?? 'user');
  return added ? { '@odata.type': type, id } : { '@odata.type': type, id, '@removed': { reason: 'deleted' } };
}

/** Selected properties; with `return=minimal` only those that changed, unless the object is new to the reader. */
function shownProperties({ view, round }: PageSource, id: string): JsonObject {
  const object = view.object(id);
  if (object === undefined) return { id };
  const history = view.historyOf(id);
  const everTouched = touchedProperties(history);
  const shown = withoutNeverSet(selected(propertiesOf(object), round.select), (name) =>
    everTouched.has(name),
  );
  const { from } = round;
  if (!round.minimal || from === undefined) return shown;
  const changes = history.filter(({ position }) => position > from);
  if (changes.some(({ kind }) => kind === 'created' || kind === 'restored')) return shown;
  const now = touchedProperties(changes);
  return Object.fromEntries(Object.entries(shown).filter(([name]) => name === 'id' || now.has(name)));
}
