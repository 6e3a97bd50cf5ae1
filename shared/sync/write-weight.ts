import type { NestedWrite } from './nested-store.ts';
import type { JournalPart, NestedOutboxEntry, StagedPage } from './round-records.ts';

/** Of a transaction of 4 MiB, in which ids are longer by a third. */
export const bytesMax = 2_500_000;

/** A chunk of members comes with the counts of its group. */
export const rowsOf = ({ kind }: NestedWrite) => (kind === 'members' ? 2 : 1);

/** About how long its rows are. */
export function bytesOf(write: NestedWrite): number {
  switch (write.kind) {
    case 'members':
    case 'groups-of':
      return write.added.length + write.removed.length;
    case 'held-members':
      return write.members?.length ?? 0;
    case 'outbox':
      return bytesOfEntry(write.entry);
    case 'stage':
      return bytesOfPage(write.page);
    case 'journal':
      return bytesOfPart(write.content);
    default:
      return 0;
  }
}

/** About what an object and a member take when they are packed: pages of lists are large, and memory is to be bounded too. */
const objectBytes = 125;
const memberBytes = 40;

function bytesOfPage(page: StagedPage): number {
  switch (page.kind) {
    case 'users':
      return page.items.length * objectBytes;
    case 'members':
      return page.items.length * memberBytes;
    case 'groups':
      return page.items.reduce((sum, item) => {
        const members = item.kind === 'present' ? (item.members?.length ?? 0) : 0;
        return sum + objectBytes + members * memberBytes;
      }, 0);
  }
}

function bytesOfPart(part: JournalPart): number {
  switch (part.kind) {
    case 'members':
    case 'groups-of':
      return part.items.reduce((sum, { added, removed }) => sum + added.length + removed.length, 0);
    case 'held':
      return part.members?.length ?? 0;
    case 'outbox':
      return bytesOfEntry(part.entry);
    case 'entries':
      return part.entries.reduce((sum, entry) => sum + bytesOfEntry(entry), 0);
    default:
      return 0;
  }
}

function bytesOfEntry({ change }: NestedOutboxEntry): number {
  if (change.kind !== 'effective-members-changed') return 0;
  return change.groups.length + change.added.length + change.removed.length;
}
