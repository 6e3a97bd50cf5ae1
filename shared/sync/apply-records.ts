import { z } from 'zod';

/** How the parts of a journal lie, as far as carrying it out can do with less for knowing it; absent in older plans. */
export const JournalLayout = z.object({
  /** The first parts are about users, those after them about groups, and all others about memberships and what is told. */
  userParts: z.int(),
  groupParts: z.int(),
  /** Nothing was stored when this was decided: what is new in every row needs no look at the row. */
  isBlank: z.boolean(),
});
export type JournalLayout = z.infer<typeof JournalLayout>;

/** The first decision that was not carried out yet, of a journal's parts about users or groups. */
export const DecisionPlace = z.object({ part: z.int(), item: z.int() });
export type DecisionPlace = z.infer<typeof DecisionPlace>;

/** Decisions that went with pages, each into the row that the page writes anyway. */
export const DecisionPlaces = z.object({ users: DecisionPlace, groups: DecisionPlace });
export type DecisionPlaces = z.infer<typeof DecisionPlaces>;

export const noneDecided: DecisionPlaces = { users: { part: 0, item: 0 }, groups: { part: 0, item: 0 } };
