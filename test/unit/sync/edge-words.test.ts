import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EdgeWords } from '../../../shared/sync/edge-words.ts';

const members = 6;
const word = fc.record({
  member: fc.nat({ max: members - 1 }),
  says: fc.constantFrom('present', 'absent', 'nothing'),
});
/** Groups one after the other; of a member nothing is said only in the end. */
const groups = fc.array(
  fc
    .array(word)
    .map((words) => [
      ...words.filter(({ says }) => says !== 'nothing'),
      ...words.filter(({ says }) => says === 'nothing'),
    ]),
  { maxLength: 5 },
);

test('what is said of the edges of each group is what a map would hold, in its order', () => {
  fc.assert(
    fc.property(groups, (said) => {
      const words = new EdgeWords(members);
      for (const group of said) {
        const plain = new Map<number, boolean>();
        words.begin();
        for (const { member, says } of group) {
          if (says === 'nothing') {
            plain.delete(member);
            words.unsay(member);
          } else {
            plain.set(member, says === 'present');
            words.say(member, says === 'present');
          }
        }
        const found: [number, boolean][] = [];
        words.forEach((member, present) => {
          found.push([member, present]);
        });
        expect(found).toEqual([...plain]);
      }
    }),
  );
});
