import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { packGuid, packGuids, unpackGuids } from '../../../shared/nesting/guid.ts';
import { GuidTable } from '../../../shared/nesting/guid-table.ts';

test('a GUID survives packing, in lower case', () => {
  fc.assert(
    fc.property(fc.array(fc.uuid()), (ids) => {
      expect(unpackGuids(packGuids(ids.map((id) => id.toUpperCase())))).toEqual(ids);
    }),
  );
});

test('packed GUIDs sort as their text does', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.uuid(), (one, other) => {
      const [a, b] = [packGuids([one]), packGuids([other])];
      expect(Math.sign(Buffer.compare(a, b))).toBe(one < other ? -1 : Number(one > other));
    }),
  );
});

test.each([
  '',
  'not-a-guid',
  '0000000000000000000000000000000000000',
  'g0000000-0000-4000-8000-000000000000',
  '00000000-0000-4000-8000-00000000000é',
  '000000000-000-4000-8000-000000000000',
])('%j is no GUID', (text) => {
  expect(packGuid(text, new Uint8Array(16), 0)).toBe(false);
  expect(new GuidTable().intern(text)).toBeUndefined();
});

test('interning numbers ids in the order of arrival, whatever their case, and finds them again', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.uuid(), { maxLength: 50 }), (ids) => {
      const table = new GuidTable();
      expect(ids.map((id) => table.intern(id))).toEqual(ids.map((_, index) => index));
      expect(ids.map((id) => table.intern(id.toUpperCase()))).toEqual(ids.map((_, index) => index));
      expect(ids.map((id) => table.find(id))).toEqual(ids.map((_, index) => index));
      expect(ids.map((_, index) => table.textOf(index))).toEqual(ids);
      expect(unpackGuids(table.pack(Uint32Array.from(ids.keys())))).toEqual(ids);
    }),
  );
});

test('ids that differ in one byte only do not pile up in one place', () => {
  const table = new GuidTable();
  for (let index = 0; index < 200_000; index++) {
    const hex = index.toString(16).padStart(8, '0');
    expect(table.intern(`${hex}-0000-4000-8000-000000000000`) === index).toBe(true);
  }
  expect(table.count).toBe(200_000);
  expect(table.find('ffffffff-0000-4000-8000-000000000000')).toBeUndefined();
});
