import { type Adjacency, adjacency, type Edges } from '../../shared/nesting/adjacency.ts';
import { GuidTable } from '../../shared/nesting/guid-table.ts';
import { syntheticGuid } from './synthetic-tenant.ts';

/** Bodies of groups/delta pages with 500 members each, as Graph sends them. */
export function deltaPages(edges: Edges, count: number): string[] {
  const pages: string[] = [];
  for (let start = 0; start < count; start += 500) {
    const slices = new Map<number, object[]>();
    for (let edge = start; edge < Math.min(start + 500, count); edge++) {
      const group = edges.from[edge] ?? 0;
      const members = slices.get(group) ?? [];
      members.push({
        '@odata.type': '#microsoft.graph.user',
        id: syntheticGuid('user', edges.to[edge] ?? 0),
      });
      slices.set(group, members);
    }
    const value = [...slices].map(([group, members]) => ({
      id: syntheticGuid('group', group),
      'members@delta': members,
    }));
    pages.push(JSON.stringify({ '@odata.nextLink': 'https://graph.microsoft.com/v1.0/next', value }));
  }
  return pages;
}

interface Page {
  readonly value: readonly {
    readonly id: string;
    readonly 'members@delta': readonly { readonly id: string }[];
  }[];
}

/** Parses pages, interns ids and builds rows: the way of ten million memberships into memory. */
export function ingest(pages: readonly string[], edgeCount: number): Adjacency {
  const groups = new GuidTable();
  const users = new GuidTable();
  const from = new Uint32Array(edgeCount);
  const to = new Uint32Array(edgeCount);
  let count = 0;
  for (const body of pages) {
    const page: Page = JSON.parse(body);
    for (const group of page.value) {
      const row = groups.intern(group.id) ?? 0;
      for (const member of group['members@delta']) {
        from[count] = row;
        to[count++] = users.intern(member.id) ?? 0;
      }
    }
  }
  return adjacency({ from, to }, { rows: groups.count, columns: users.count });
}
