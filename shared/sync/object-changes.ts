import type { JsonObject } from '../model/json.ts';
import type { Life, NestedGroup, NestedUser, NestedWrite } from './nested-store.ts';
import type { NestedOutboxEntry } from './round-records.ts';
import type { SyncRun } from './run-records.ts';
import { mergedFields, sameJson } from './user-mapping.ts';

/** What new words of Graph, and a life that was decided, make of a row; undefined when they make nothing of it. */
export function renewedBy(
  before: NestedUser | NestedGroup | undefined,
  { said, life }: { readonly said: JsonObject | undefined; readonly life: Life | undefined },
  toAttributes: (fields: JsonObject) => JsonObject,
) {
  if (said === undefined || (before?.life === 'gone' && life !== 'live')) return undefined;
  const fields = mergedFields(before?.fields ?? {}, said);
  if (before !== undefined && sameJson(before.fields, fields)) return undefined;
  return { fields, attributes: toAttributes(fields) };
}

/** Fields of all entries of an object on a page, the later over the earlier; removals say nothing of fields. */
export function saidLast<Id>(
  items: readonly (
    | { readonly kind: 'present'; readonly id: Id; readonly fields: JsonObject }
    | { readonly kind: 'removed'; readonly id: Id }
  )[],
): ReadonlyMap<Id, JsonObject> {
  const said = new Map<Id, JsonObject>();
  for (const entry of items) {
    if (entry.kind === 'present') said.set(entry.id, { ...said.get(entry.id), ...entry.fields });
  }
  return said;
}

/** A life, with since when it is not live; an object that lives has no such time. */
export function livedOn({ life: was, lifeSince: since }: NestedUser | NestedGroup, life: Life, run: SyncRun) {
  return { life, lifeSince: life === 'live' ? '' : was === 'live' ? run.startedAt : since };
}

/** The key tells run, kind and object, so that a repeated unit tells nothing twice. */
export function told(run: SyncRun, change: NestedOutboxEntry['change']): NestedWrite {
  const id = 'user' in change ? change.user : 'group' in change ? change.group : '';
  return { kind: 'outbox', entry: { key: `${run.id}/${change.kind}/${id}`, at: run.startedAt, change } };
}
