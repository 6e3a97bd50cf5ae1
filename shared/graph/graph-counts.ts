import type { CountQuestion, GraphAnswer } from '../sync/graph-port.ts';
import { answer } from './graph-answer.ts';
import { answeredBodies } from './graph-batch.ts';
import type { GraphClient, GraphQuery } from './graph-client.ts';

/**
 * Counts of the advanced index in one round trip. Members are counted by type: a count of all of them has devices, contacts and
 * service principals in it, which deltas and lists leave out or not as they please (graph.md §1.5).
 */
export async function countsOf(
  client: GraphClient,
  questions: readonly CountQuestion[],
): Promise<GraphAnswer<readonly (number | undefined)[]>> {
  return await answer(client.batch(questions.map(queryOf)), (json) => {
    const bodies = answeredBodies(json);
    return questions.map((_, index) => countIn(bodies.get(String(index))));
  });
}

function queryOf(question: CountQuestion): GraphQuery {
  const headers = { ConsistencyLevel: 'eventual' };
  if (question.of !== 'members') return { path: `/${question.of}/$count`, headers, resourceUnits: 2 };
  const { group, type } = question;
  return { path: `/groups/${group}/members/microsoft.graph.${type}/$count`, headers, resourceUnits: 3 };
}

/** A number, or the text of one: plain, as the protocol has it for text, or in base64, as bodies that are not JSON come. */
function countIn(body: unknown): number | undefined {
  if (typeof body === 'number') return Number.isInteger(body) && body >= 0 ? body : undefined;
  if (typeof body !== 'string') return undefined;
  return digitsIn(body) ?? digitsIn(decoded(body));
}

function digitsIn(text: string): number | undefined {
  const digits = /^\s*(\d{1,15})\s*$/.exec(text.replace(/^\uFEFF/, ''))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function decoded(text: string): string {
  return /^[A-Za-z0-9+/]{2,40}={0,2}$/.test(text) ? Buffer.from(text, 'base64').toString('utf8') : '';
}
