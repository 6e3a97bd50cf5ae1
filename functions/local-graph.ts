/** A Graph of this machine, by address and bearer token. */
interface Endpoint {
  readonly url: string;
  readonly token: string;
}

let endpoint: Endpoint | undefined;

/** Called by the local host before the app starts. Nothing in the app calls it, so that it is not in the deployed bundle. */
export function readOneGraphOnly(graph: Endpoint | undefined): void {
  endpoint = graph;
}

/** What every nested directory reads in place of Microsoft's; undefined when deployed. */
export const onlyGraph = (): Endpoint | undefined => endpoint;
