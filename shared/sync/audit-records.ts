import { z } from 'zod';
import { GroupId } from '../model/ids.ts';

/** Objects of the tenant whose number Graph tells. */
export const Counted = z.enum(['users', 'groups']);
export type Counted = z.infer<typeof Counted>;

const perKind = <Value extends z.ZodType>(value: Value) =>
  z.object({ users: value.exactOptional(), groups: value.exactOptional() });

/** What is remembered from one comparison of counts to the next. */
export const AuditState = z.object({
  /** Milliseconds since 1970. */
  at: z.number(),
  /** The last group compared on the way through all of them; absent at the beginning. */
  after: GroupId.exactOptional(),
  /** Groups that were counted otherwise than they are stored, once. */
  suspects: z.array(GroupId),
  /** How many objects more Graph counted than are stored; absent when as many. */
  differences: perKind(z.int()),
  /** What was last read anew for that, at which difference; it is not read anew for the same one. */
  readAnew: perKind(z.object({ difference: z.int(), at: z.number() })),
});
export type AuditState = z.infer<typeof AuditState>;

export const newAuditState = (at: number): AuditState => ({
  at,
  suspects: [],
  differences: {},
  readAnew: {},
});

/** A comparison of counts that a run has made. */
export const RunAudit = z.object({
  state: AuditState,
  /** Groups that were counted, that were counted otherwise than stored, and that got no answer. */
  compared: z.int(),
  differing: z.int(),
  unanswered: z.int(),
  /** Counted otherwise twice: the next run reads the members of these groups by list, and all objects of these kinds. */
  rereads: z.array(GroupId),
  readAnew: z.array(Counted),
  /** Graph asked to be left alone until then, milliseconds since 1970: the next run's matter. */
  throttledUntil: z.number().exactOptional(),
});
export type RunAudit = z.infer<typeof RunAudit>;
