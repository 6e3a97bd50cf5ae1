import { Refusal } from '../model/refusal.ts';

/** The position behind an opaque cursor. It is only ever looked up inside the list that is asked for. */
export function positionOf(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!/^v1:[\w|!.:`~@}-]{1,500}$/.test(text) || cursorOf(text.slice(3)) !== cursor) {
    throw new Refusal('invalid-cursor', 'The cursor is not one of ours: start again without it.');
  }
  return text.slice(3);
}

export const cursorOf = (position: string): string =>
  Buffer.from(`v1:${position}`, 'utf8').toString('base64url');

/** A page as the API shows it. */
export const pageBody = (items: readonly object[], next: string | undefined) => ({
  items,
  ...(next === undefined ? {} : { nextCursor: cursorOf(next) }),
});
