import { describe, expect, test } from '@jest/globals';
import { Refusal } from '../../../shared/model/refusal.ts';
import { applyPatch, parsePatch } from '../../../shared/scim/patch.ts';
import { type PatchCase, patchCases } from './patch-cases.ts';

const raw = { body: { userName: 'ann' }, patched: {} };

function outcomeOf({ before, operations }: PatchCase) {
  const attributes = { userName: 'ann', ...before };
  const untouched = JSON.stringify(attributes);
  try {
    const outcome = applyPatch('User', { attributes, raw }, parsePatch({ Operations: operations }));
    return outcome.attributes;
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    return { refused: refusal.code };
  } finally {
    expect(JSON.stringify(attributes)).toBe(untouched);
  }
}

describe('PATCH of a user as clients send it', () => {
  test.each(patchCases.map((of) => [of.source, of] as const))('%s', (_, of) => {
    const expected = 'refused' in of.expected ? of.expected : { userName: 'ann', ...of.expected };
    expect(outcomeOf(of)).toEqual(expected);
  });

  test.each(
    patchCases.filter(({ expected }) => !('refused' in expected)).map((of) => [of.source, of] as const),
  )('sent again changes nothing (E §5.3.3): %s', (_, of) => {
    const operations = parsePatch({ Operations: of.operations });
    const first = applyPatch('User', { attributes: { userName: 'ann', ...of.before }, raw }, operations);
    const second = applyPatch('User', first, operations);
    expect({ ...second, members: undefined }).toEqual({
      attributes: first.attributes,
      raw: first.raw,
      members: undefined,
      changed: false,
    });
  });
});
