import { GroupId, UserId } from '../../shared/model/ids.ts';
import { guidBytes } from '../../shared/nesting/guid.ts';
import type { StagedPage } from '../../shared/sync/round-records.ts';
import { type TenantRow, type TenantSize, tenantRows } from '../nesting/synthetic-tenant.ts';

/**
 * The synthetic tenant in pages as Graph cuts them: 200 users, or slices of groups up to 500 members. Each page is made when it is
 * asked for and then forgotten, like one that is read from storage: what stays in memory is what the reader keeps.
 */
export class StagedTenant {
  readonly userPages: number;
  readonly groupPages: number;
  /** Memberships that the pages tell, those that they tell twice among them. */
  readonly edges: number;
  readonly #size: TenantSize;
  #slices: Iterator<readonly TenantRow[]>;
  #next = 0;

  constructor(size: TenantSize) {
    this.#size = size;
    this.#slices = slicePages(size);
    this.userPages = Math.ceil(size.users / usersPerPage);
    let edges = 0;
    let pages = 0;
    for (const slices of slicePages(size)) {
      pages++;
      for (const { members } of slices) edges += members.length;
    }
    this.edges = edges;
    this.groupPages = pages;
  }

  page(stream: string, page: number): StagedPage {
    return stream === 'users' ? this.#userPage(page) : this.#groupPage(page);
  }

  /** All pages once, for what they cost on their own. */
  readThrough(): void {
    for (let page = 0; page < this.userPages; page++) this.#userPage(page);
    for (let page = 0; page < this.groupPages; page++) this.#groupPage(page);
  }

  #userPage(page: number): StagedPage {
    const first = page * usersPerPage;
    const length = Math.min(usersPerPage, this.#size.users - first);
    return { kind: 'users', items: Array.from({ length }, (_, index) => userEntry(first + index)) };
  }

  /** Pages are asked for in their order, and from the first one again. */
  #groupPage(page: number): StagedPage {
    if (page === 0) {
      this.#slices = slicePages(this.#size);
      this.#next = 0;
    }
    if (page !== this.#next++) throw new Error(`page ${page} is not the next one`);
    const { value } = this.#slices.next();
    if (value === undefined) throw new Error(`there is no page ${page}`);
    return { kind: 'groups', items: value.map(groupEntry) };
  }
}

type Staged<Kind> = Extract<StagedPage, { kind: Kind }>['items'][number];

const usersPerPage = 200;
const membersPerPage = 500;

function* slicePages(size: TenantSize): Iterator<readonly TenantRow[]> & Iterable<readonly TenantRow[]> {
  let page: TenantRow[] = [];
  let members = 0;
  for (const row of tenantRows(size)) {
    for (let start = 0; start < row.members.length; start += membersPerPage) {
      const slice = row.members.slice(start, start + membersPerPage);
      if (members + slice.length > membersPerPage) {
        yield page;
        page = [];
        members = 0;
      }
      page.push({ ...row, members: slice });
      members += slice.length;
    }
  }
  yield page;
}

const userEntry = (number: number): Staged<'users'> => ({
  kind: 'present',
  id: UserId.parse(guid('8', number)),
  fields: { userPrincipalName: `user${number}@large.example` },
});

const groupEntry = ({ kind, group, members }: TenantRow): Staged<'groups'> => ({
  kind: 'present',
  id: GroupId.parse(guid('9', group)),
  fields: { displayName: `Group ${group}` },
  members: Array.from(members, (member) => ({
    id: guid(kind === 'user' ? '8' : '9', member),
    type: kind,
    removed: false,
  })),
});

/** The id of a user, kind 8, or a group, kind 9. */
export function guid(kind: string, number: number): string {
  const scattered = Math.imul(number, 0x9e3779b1) >>> 0;
  return `${scattered.toString(16).padStart(8, '0')}-0000-4000-${kind}000-${number.toString(16).padStart(12, '0')}`;
}

/** The ids of users or groups as they are stored. */
export function packedGuid(kind: string, numbers: Uint32Array): Uint8Array {
  const packed = new Uint8Array(numbers.length * guidBytes);
  const view = new DataView(packed.buffer);
  for (const [index, number] of numbers.entries()) {
    const start = index * guidBytes;
    view.setUint32(start, Math.imul(number, 0x9e3779b1) >>> 0);
    view.setUint32(start + 4, 0x4000);
    packed[start + 8] = Number.parseInt(kind, 16) << 4;
    view.setUint32(start + 12, number);
  }
  return packed;
}
