import { setTimeout as pause } from 'node:timers/promises';
import type { SimulatedGraph } from '../../../tools/simulated-tenant/graph/simulated-graph.ts';

/** What a patient reader knows of a tenant: liveness and direct edges, folded the obvious way. */
export class PlainGraphReader {
  readonly users = new Map<string, Record<string, unknown>>();
  readonly groups = new Map<string, Record<string, unknown>>();
  readonly edges = new Map<string, Map<string, string>>();
  readonly links: { users?: string; groups?: string } = {};
  readonly pages: { readonly resource: string; readonly value: readonly Entry[] }[] = [];
  readonly #graph: SimulatedGraph;

  constructor(graph: SimulatedGraph) {
    this.#graph = graph;
  }

  /** One round of each resource; begins anew where the service says that a token is of no use. */
  async round(): Promise<void> {
    await this.#read('users');
    await this.#read('groups');
  }

  /** Live users of each live group through any depth, by object id: the oracle's answer, found the other way round. */
  effective(): Map<string, Set<string>> {
    const result = new Map([...this.groups.keys()].map((group) => [group, new Set<string>()]));
    const parents = this.#parents();
    for (const user of this.users.keys()) {
      const above = new Set(parents.get(user) ?? []);
      for (const group of above) {
        result.get(group)?.add(user);
        for (const parent of parents.get(group) ?? []) above.add(parent);
      }
    }
    return result;
  }

  #parents(): Map<string, string[]> {
    const parents = new Map<string, string[]>();
    for (const [group, members] of this.edges) {
      if (!this.groups.has(group)) continue;
      for (const member of members.keys()) parents.set(member, [...(parents.get(member) ?? []), group]);
    }
    return parents;
  }

  async #read(resource: 'users' | 'groups'): Promise<void> {
    const start = `${this.#graph.url}/${resource}/delta?$select=${resource === 'users' ? userSelect : groupSelect}`;
    for (let attempt = 0; attempt < 60; attempt++) {
      const entries = await this.#round(this.links[resource] ?? start, resource);
      if (entries === 'restart') {
        delete this.links[resource];
        continue;
      }
      if (entries === 'again') continue;
      const isInitial = this.links[resource] === undefined;
      this.links[resource] = entries.deltaLink;
      if (resource === 'users') this.#foldUsers(entries.value, isInitial);
      else await this.#foldGroups(entries.value, isInitial);
      return;
    }
    throw new Error(`${resource} could not be read`);
  }

  /** Nothing of a round counts before its deltaLink is there. */
  async #round(
    first: string,
    resource: string,
  ): Promise<{ value: Entry[]; deltaLink: string } | 'restart' | 'again'> {
    const value: Entry[] = [];
    for (let link = first; ; ) {
      const page = await this.get(link);
      if (page.status === 410 || (page.status === 400 && /syncState/i.test(JSON.stringify(page.body))))
        return 'restart';
      if (page.status !== 200) return link === first ? 'restart' : 'again';
      const body = page.body as { value: Entry[]; '@odata.nextLink'?: string; '@odata.deltaLink'?: string };
      this.pages.push({ resource, value: body.value });
      value.push(...body.value);
      const next = body['@odata.nextLink'];
      if (next === undefined) return { value, deltaLink: String(body['@odata.deltaLink']) };
      link = next;
    }
  }

  #foldUsers(entries: readonly Entry[], isInitial: boolean): void {
    if (isInitial) this.users.clear();
    for (const entry of entries) {
      const id = entry.id.toLowerCase();
      if (entry['@removed'] === undefined) this.users.set(id, { ...this.users.get(id), ...entry });
      else this.users.delete(id);
    }
  }

  async #foldGroups(entries: readonly Entry[], isInitial: boolean): Promise<void> {
    if (isInitial) {
      this.groups.clear();
      this.edges.clear();
    }
    const doubtful = new Set<string>();
    for (const entry of entries) this.#foldGroup(entry, doubtful, isInitial ? undefined : doubtful);
    for (const id of doubtful) if (this.groups.has(id)) await this.#reread(id);
  }

  #foldGroup(entry: Entry, doubtful: Set<string>, comers?: Set<string>): void {
    const id = entry.id.toLowerCase();
    if (entry['@removed'] !== undefined) {
      this.groups.delete(id);
      if (entry['@removed'].reason === 'deleted') this.edges.delete(id);
      return;
    }
    // A group that comes back brings no members, and a new baseline has forgotten those it had.
    if (!this.groups.has(id)) comers?.add(id);
    this.groups.set(id, { ...this.groups.get(id), ...entry });
    this.#foldMembers(id, entry['members@delta'] ?? [], doubtful);
  }

  #foldMembers(group: string, members: readonly Entry[], doubtful: Set<string>): void {
    const known = this.edges.get(group) ?? new Map<string, string>();
    this.edges.set(group, known);
    const seen = new Map<string, boolean>();
    for (const member of members) {
      const id = member.id.toLowerCase();
      const isAdded = member['@removed'] === undefined;
      if (seen.has(id) && seen.get(id) !== isAdded) doubtful.add(group);
      seen.set(id, isAdded);
      if (isAdded) known.set(id, String(member['@odata.type']));
      else known.delete(id);
    }
  }

  async #reread(group: string): Promise<void> {
    const members = new Map<string, string>();
    for (
      let link: string | undefined = `${this.#graph.url}/groups/${group}/members?$select=id&$top=999`;
      link !== undefined;
    ) {
      const { status, body } = await this.get(link);
      if (status !== 200) throw new Error(`members of ${group}: ${status}`);
      const page = body as { value: Entry[]; '@odata.nextLink'?: string };
      for (const member of page.value) members.set(member.id.toLowerCase(), String(member['@odata.type']));
      link = page['@odata.nextLink'];
    }
    this.edges.set(group, members);
  }

  /** A GET that is tried again after whatever a wait may mend. */
  async get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
    for (let attempt = 0; attempt < 50; attempt++) {
      const answer = await this.#once(url, headers).catch(() => undefined);
      if (answer !== undefined) return answer;
      await pause(1);
    }
    throw new Error(`${url} was never answered`);
  }

  async #once(url: string, headers: Record<string, string>): Promise<Answer | undefined> {
    const answer = await fetch(url, {
      headers: { authorization: `Bearer ${this.#graph.token}`, ...headers },
    });
    const text = await answer.text();
    const isError = text.startsWith('{"error"');
    const isWhole =
      (answer.status === 200 && !isError) || (isError && [400, 404, 410].includes(answer.status));
    return isWhole ? { status: answer.status, body: JSON.parse(text), headers: answer.headers } : undefined;
  }
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

export interface Entry {
  readonly id: string;
  readonly '@odata.type'?: string;
  readonly '@removed'?: { readonly reason: string };
  readonly 'members@delta'?: readonly Entry[];
  readonly [name: string]: unknown;
}

const userSelect = 'id,displayName,userPrincipalName,mail,accountEnabled,jobTitle';
const groupSelect = 'id,displayName,visibility,members';
