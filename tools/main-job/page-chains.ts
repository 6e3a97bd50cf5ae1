import { z } from 'zod';
import { groupFields, userFields } from '../../shared/sync/graph-port.ts';
import type { SimulatedGraph } from '../simulated-tenant/graph/simulated-graph.ts';

type Endpoint = Pick<SimulatedGraph, 'url' | 'token'>;

/**
 * The fewest calls that read a round: Graph cuts it into pages, and each has to be asked for once (graph.md §5.1).
 * Found by walking beside the service from deltaLinks of one's own.
 */
export class PageChains {
  readonly #graph: Endpoint;
  readonly #links = new Map<string, string>();

  constructor(graph: Endpoint) {
    this.#graph = graph;
  }

  /** Pages of users and groups since the last call, or from the beginning. */
  async pages(): Promise<number> {
    const users = await this.#walk('users', userFields.join(','));
    return users + (await this.#walk('groups', [...groupFields, 'members'].join(',')));
  }

  async #walk(resource: string, select: string): Promise<number> {
    let link = this.#links.get(resource) ?? `${this.#graph.url}/${resource}/delta?$select=${select}`;
    for (let pages = 1; ; pages++) {
      const headers = { authorization: `Bearer ${this.#graph.token}` };
      const page = Page.parse(await (await fetch(link, { headers })).json());
      const { '@odata.nextLink': next, '@odata.deltaLink': delta } = page;
      if (delta !== undefined) {
        this.#links.set(resource, delta);
        return pages;
      }
      if (next === undefined) throw new Error('the simulated Graph ended a round without a deltaLink');
      link = next;
    }
  }
}

const Page = z.looseObject({
  '@odata.nextLink': z.string().optional(),
  '@odata.deltaLink': z.string().optional(),
});
