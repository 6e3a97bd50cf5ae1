import { expect, test } from '@jest/globals';
import { DecidedItems, untaken } from '../../../shared/sync/decided-items.ts';
import { InTurn } from '../../../shared/sync/in-turn.ts';

const parts = [['a', 'b'], ['c'], ['d', 'e']].map((part) => part.map((id) => ({ id })));

test('decisions are taken in their order, over the ends of parts; any other waits for the journal', async () => {
  const decided = new DecidedItems(
    { parts: 3, place: { part: 0, item: 0 } },
    async (part) => parts[part] ?? [],
  );
  const taken = async (...ids: string[]) => [...(await decided.take(ids)).keys()];
  expect(await taken('b')).toEqual([]);
  expect(await taken('x', 'a', 'a', 'b', 'c')).toEqual(['a', 'b', 'c']);
  expect(decided.place).toEqual({ part: 1, item: 1 });
  expect(await taken('e', 'c')).toEqual([]);
  const left = parts.map((items, part) => untaken(items, part, decided.place).map(({ id }) => id));
  expect(left).toEqual([[], [], ['d', 'e']]);
  expect(await taken('d', 'e', 'f')).toEqual(['d', 'e']);
  expect(parts.flatMap((items, part) => untaken(items, part, decided.place))).toEqual([]);
});

test('a journal without a layout has no decision to take, and all of it is left', async () => {
  const decided = new DecidedItems(
    { parts: 0, place: { part: 0, item: 0 } },
    async (part) => parts[part] ?? [],
  );
  expect(await decided.take(['a', 'b'])).toEqual(new Map());
  expect(parts.flatMap((items, part) => untaken(items, part, decided.place))).toEqual(parts.flat());
});

test('what is asked for in turn is read in one go, and begun anew where it is not', async () => {
  const begun: number[] = [];
  const numbers = new InTurn<number>(async function* (from) {
    begun.push(from);
    for (let number = from; number < 5; number++) yield number * 10;
  });
  const asked = [0, 1, 1, 2, 4, 5, 3];
  const found: (number | undefined)[] = [];
  for (const number of asked) found.push(await numbers.at(number));
  expect(found).toEqual([0, 10, 10, 20, 40, undefined, 30]);
  expect(begun).toEqual([0, 4, 3]);
});
