import type { z } from 'zod';
import type { AdminCaller } from '../access/admin-access.ts';
import type { OrganizationId } from '../model/ids.ts';
import { timeOrdered } from '../model/new-ids.ts';
import { Refusal } from '../model/refusal.ts';
import type { Failure } from './apart.ts';
import type { AuditAct, AuditDraft } from './audit.ts';
import type { OperationId, Operations } from './contract.ts';
import type { AdminPorts } from './ports.ts';

/** A request that was authenticated, routed, allowed and parsed. */
export interface Call<Id extends OperationId> {
  readonly caller: AdminCaller;
  readonly params: z.output<Operations[Id]['params']>;
  readonly query: Parsed<Operations[Id], 'query'>;
  readonly body: Parsed<Operations[Id], 'body'>;
  /** If-Match as sent. */
  readonly ifMatch: string | undefined;
  readonly ports: AdminPorts;
}

export interface Answer {
  readonly body?: object;
  /** What is streamed in place of a body; begun by whoever sends it. */
  readonly chunks?: AsyncIterable<string>;
  /** Under which it is saved. */
  readonly fileName?: string;
  /** What may be answered when the same request comes again: without what is shown once. */
  readonly again?: object;
  readonly version?: number;
  readonly location?: string;
  /** Of what was answered only in part: for the log of the service. */
  readonly failures?: readonly Failure[];
}

type Parsed<Of, Part extends string> = Of extends { readonly [name in Part]: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : undefined;

export type Handlers<Id extends OperationId> = { readonly [One in Id]: (call: Call<One>) => Promise<Answer> };

export const nowOf = (ports: AdminPorts): string => new Date(ports.random.now()).toISOString();

export function auditDraft(
  call: { readonly caller: AdminCaller; readonly ports: AdminPorts },
  act: AuditAct,
  about: { readonly subject: string; readonly facts?: Readonly<Record<string, string>> },
): AuditDraft {
  const { caller, ports } = call;
  const { subject, facts = {} } = about;
  return { id: timeOrdered(ports.random), at: nowOf(ports), actor: caller.actor, act, subject, facts };
}

/** Writes the act down when it is about to take effect. */
export const noting =
  (
    call: Parameters<typeof auditDraft>[0],
    scope: OrganizationId,
    [act, about]: readonly [AuditAct, Parameters<typeof auditDraft>[2]],
  ) =>
  async (): Promise<void> =>
    await call.ports.registry.note(scope, auditDraft(call, act, about));

export const entityTag = (version: number): string => `"${version}"`;

/** Refusal `precondition-failed` when the version at hand is not one the caller named. */
export function checkIfMatch(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined) return;
  const tags = ifMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (tags.includes('*') || tags.includes(entityTag(version))) return;
  throw new Refusal('precondition-failed', `The current version is ${entityTag(version)}: read it again.`);
}

/** Repeats a read, a decision and a write until nobody came in between. */
export async function untilCurrent<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (let left = attemptsMax; left > 0; left--) {
    const done = await attempt();
    if (done !== undefined) return done;
  }
  throw new Refusal('busy', 'It is being changed by others; try again shortly.', {
    headers: { 'retry-after': '1' },
  });
}

export const nothingThere = (what: string): Refusal => new Refusal('not-found', `There is no such ${what}.`);

const attemptsMax = 8;
