import { expect, test } from '@jest/globals';
import {
  type AuditEntry,
  type AuditHead,
  emptyHead,
  nextEntry,
  verifyAudit,
} from '../../../shared/admin/audit.ts';

function chainOf(length: number, scope = 'org_1'): { entries: AuditEntry[]; head: AuditHead } {
  let head = emptyHead(scope);
  const entries = Array.from({ length }, (_, index) => {
    const facts = { name: `n${index}`, field: 'x' };
    const entry = nextEntry(head, {
      ...{
        id: `i${index}`,
        at: `t${index}`,
        actor: 'key:1',
        act: 'directory.changed',
        subject: 'dir_1',
        facts,
      },
    });
    head = entry;
    return entry;
  });
  return { entries, head };
}

async function* each(entries: readonly AuditEntry[]) {
  yield* entries;
}

const edits: Readonly<Record<string, (entries: AuditEntry[]) => AuditEntry[]>> = {
  'an act changed': (entries) =>
    entries.map((entry, at) => (at === 4 ? { ...entry, act: 'directory.paused' } : entry)),
  'an actor changed': (entries) =>
    entries.map((entry, at) => (at === 4 ? { ...entry, actor: 'key:2' } : entry)),
  'a fact changed': (entries) =>
    entries.map((entry, at) => (at === 4 ? { ...entry, facts: { ...entry.facts, name: 'other' } } : entry)),
  'a fact added': (entries) =>
    entries.map((entry, at) => (at === 4 ? { ...entry, facts: { ...entry.facts, more: '1' } } : entry)),
  'one left out': (entries) => entries.filter((_, at) => at !== 4),
  'two swapped': (entries) => entries.map((entry, at) => entries[at === 4 ? 5 : at === 5 ? 4 : at] ?? entry),
  'one doubled': (entries) =>
    entries.flatMap((entry, at) => (at === 4 ? [...entries.slice(3, 4), entry] : [entry])),
  'one rewritten with its own hash right': (entries) =>
    entries.map((entry, at) => {
      const before = entries[3];
      return at === 4 && before !== undefined ? nextEntry(before, { ...entry, actor: 'key:2' }) : entry;
    }),
};

test.each(Object.keys(edits))('%s: the verdict names the first bad number', async (name) => {
  const { entries, head } = chainOf(10);
  const verdict = await verifyAudit('org_1', each(edits[name]?.(entries) ?? []), head);
  expect(verdict.intact).toBe(false);
  // What was rewritten with a right hash shows at the next one, which remembers the old.
  const firstBad = name.startsWith('one rewritten') ? 6 : 5;
  expect(verdict).toEqual({ intact: false, entries: firstBad - 1, firstBad });
});

test('entries cut off at the end are missed, as the head knows their number', async () => {
  const { entries, head } = chainOf(10);
  expect(await verifyAudit('org_1', each(entries.slice(0, 8)), head)).toEqual({
    ...{ intact: false, entries: 8, firstBad: 9 },
  });
  expect(await verifyAudit('org_1', each([]), head)).toEqual({ intact: false, entries: 0, firstBad: 1 });
});

test("a whole chain of another organization is not this one's", async () => {
  const { entries, head } = chainOf(3, 'org_2');
  expect(await verifyAudit('org_1', each(entries), head)).toEqual({ intact: false, entries: 0, firstBad: 1 });
});

test('a chain that nobody touched is intact, empty or not, also when it grows while it is read', async () => {
  const { entries, head } = chainOf(10);
  expect(await verifyAudit('org_1', each(entries), head)).toEqual({ intact: true, entries: 10 });
  expect(await verifyAudit('org_1', each([]), emptyHead('org_1'))).toEqual({ intact: true, entries: 0 });
  const earlier = entries[6];
  if (earlier !== undefined) {
    expect(await verifyAudit('org_1', each(entries), earlier)).toEqual({ intact: true, entries: 7 });
  }
});

test('100,000 entries verify', async () => {
  const { entries, head } = chainOf(100_000);
  expect(await verifyAudit('org_1', each(entries), head)).toEqual({ intact: true, entries: 100_000 });
});
