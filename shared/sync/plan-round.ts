import { type Cover, coverOf } from './approval-cover.ts';
import { askedGroups } from './asked-groups.ts';
import { rereadLog } from './audit-log.ts';
import { changeLog } from './change-log.ts';
import { countedDirectory } from './counted-directory.ts';
import { type Derivation, deriveRound } from './derive-round.ts';
import type { DeriveSources } from './derive-sources.ts';
import { doubtfulObjects } from './doubtful-objects.ts';
import { exceededBy } from './exceeded.ts';
import { exceededLog } from './exceeded-log.ts';
import { externalUsers } from './external-users.ts';
import { type FoldedRound, isFirst } from './fold-round.ts';
import { type GroupDecision, groupDecisions } from './group-decisions.ts';
import { heldNames } from './group-names.ts';
import { groupsToList } from './groups-to-list.ts';
import { type LimitedChange, limitedChange } from './held-groups.ts';
import { unknownMembers } from './idle-members.ts';
import { listedGroups } from './listed-groups.ts';
import { asFewLists, inReadingOrder } from './lists-at-once.ts';
import { loadForEdges, sleepingUsers } from './load-edges.ts';
import { memberParts } from './member-parts.ts';
import { netEdges } from './net-edges.ts';
import { partsOf } from './parts-of.ts';
import type { SomeMembers } from './pending-lists.ts';
import { countsOf } from './plan-counts.ts';
import { hashOf } from './plan-hash.ts';
import { logOf } from './plan-log.ts';
import { groupIdOf, numberOf } from './round-ids.ts';
import type { JournalPart } from './round-records.ts';
import { foldedSources, type RoundSources } from './round-sources.ts';
import type { ExternalUser, RunLogEntry } from './run-log.ts';
import type { Ask, Plan, Reread } from './run-records.ts';
import { hiddenMembersShown, newlyShown } from './shown-groups.ts';
import { liveUsersOf } from './tenant-counts.ts';
import { everything, heldParts, outboxOf } from './told-parts.ts';
import { type UserDecision, userDecisions } from './user-decisions.ts';

/** What must be read besides the rounds before they can be decided. */
export interface Examined {
  readonly rereads: readonly Reread[];
  readonly asks: readonly Ask[];
  /** Lists to be read that are too many. */
  readonly tooMany: boolean;
}

/** Folds what was read and says which groups must be read by list, and whose groups must be asked for. */
export async function examineRound(sources: RoundSources): Promise<Examined> {
  const { round, stored } = await foldedSources(sources);
  const shown = await newlyShown(sources);
  const pending = [...shown.rereads, ...sources.state.rereads].map((waiting) => ({
    ...waiting,
    group: numberOf(round.groupIds, waiting.group),
  }));
  const sweep = sources.run.groups.baseline && !isFirst(sources);
  const { baseline: enumerated, listed = false } = sources.run.groups;
  const hiddenUnknown = hiddenMembersShown(sources) === 'unknown';
  const wanted = groupsToList(round, stored, { sweep, enumerated, listed, hiddenUnknown, pending }).map(
    ({ group, ...why }) => ({
      group: groupIdOf(round.groupIds, group),
      ...why,
    }),
  );
  const { rereads, tooMany } = asFewLists(wanted, sources.listsMax);
  const asks = doubtfulObjects(round, sources);
  // The step that follows folds once more, perhaps before this round is collected.
  round.memberEvents.forget();
  round.nestingEvents.forget();
  return { rereads: inReadingOrder(rereads, sources.run.id), asks, tooMany: tooMany || shown.tooMany };
}

export interface RoundPlan {
  readonly plan: Plan;
  /** Made anew each time they are gone through: all of them at once can be larger than memory. */
  readonly parts: () => Iterable<JournalPart>;
  /** Made while it is gone through: of a narrow scope it names nearly everybody. */
  readonly log: () => Iterable<RunLogEntry>;
  /** Who would be in the directory and is of another tenant; read when asked for. */
  readonly externalUsers: () => AsyncIterable<readonly ExternalUser[]>;
  /** Made when a person has approved another plan of this run. */
  readonly cover: () => Cover;
}

/**
 * Decides a round: reads what was staged and what is stored, writes nothing. The same staged pages over the same stored
 * state give the same parts and the same hash.
 */
export async function planRound(sources: RoundSources): Promise<RoundPlan> {
  const { store, run, state, checked } = sources;
  const { round, stored, hasEverybody } = await foldedSources(sources);
  const sweep = run.groups.baseline && !isFirst(sources);
  const listed = await listedGroups(store, run, round);
  const asked = await askedGroups(store, run, { round, stored });
  const loaded = { round, stored, listed, asked, sweep, hasEverybody };
  await loadForEdges(loaded);
  const asleep = await sleepingUsers(sources, loaded);
  const edges = netEdges({
    round,
    stored,
    listed,
    asked,
    sweep,
    mayReadHidden: hiddenMembersShown(sources),
    asleep,
  });
  const verifiedDomains = new Set(checked.verifiedDomains);
  const derive: DeriveSources = { store, run, state, checked, verifiedDomains, round, stored, edges };
  const derivation = await deriveRound(derive);
  const limited = await limitedChange(derive, derivation);
  const users = await userDecisions(derive, derivation);
  const groups = groupDecisions(derive, derivation, limited);
  const parts = () => partsOfPlan(derive, { derivation, limited, users, groups });
  const counts = countsOf(derive, { users: users(), groups, limited });
  const { rereads, tooMany } = asFewLists(rereadsOf(derive), sources.listsMax);
  const { hash, count } = await hashOf(parts());
  const before = state.unsettled === undefined ? undefined : countedDirectory(derive, derivation);
  const exceeded = await exceededBy(derive, { counts, derivation, limited, before });
  const plan: Plan = {
    hash,
    parts: count,
    counts,
    ...(before === undefined ? {} : { before }),
    exceeded: exceeded.passed.map(({ sentence }) => sentence),
    thresholds: exceeded.passed.map(({ kind }) => kind),
    rereads,
    ...(tooMany ? { enumerateNext: true } : {}),
    ...(exceeded.lost === undefined ? {} : { lost: exceeded.lost }),
    liveUsers: liveUsersOf(round, run),
  };
  const names = await heldNames(derive, limited);
  const unknown = await unknownMembers(derive, derivation);
  return {
    plan,
    parts,
    log: function* () {
      yield* exceededLog(derive, exceeded);
      yield* logOf(derive, { users: users(), limited, hidden: edges.hidden, names, unknown });
      yield* rereadLog(derive);
      yield* changeLog(derive, { users: users(), groups, derivation, sets: limited.sets });
    },
    externalUsers: () => externalUsers(derive, { derivation, limited }),
    cover: () =>
      coverOf(derive, { counts, before, derivation, exceeded, sets: limited.sets, users: users(), groups }),
  };
}

const rereadsOf = ({ round, edges }: DeriveSources): readonly Reread[] =>
  edges.rereads.map(({ group, undecided, left, ...why }) => ({
    group: groupIdOf(round.groupIds, group),
    ...why,
    ...(undecided && { undecided: inIds(round, undecided) }),
    ...(left && { left: inIds(round, left) }),
  }));

const inIds = ({ memberIds, groupIds }: FoldedRound, { members, children }: SomeMembers) => ({
  members: members.map((member) => memberIds.textOf(member)),
  children: children.map((child) => groupIds.textOf(child)),
});

interface Decided {
  readonly derivation: Derivation;
  readonly limited: LimitedChange;
  readonly users: () => Iterable<UserDecision>;
  readonly groups: readonly GroupDecision[];
}

function* partsOfPlan(
  sources: DeriveSources,
  { derivation, limited, users, groups }: Decided,
): Iterable<JournalPart> {
  for (const items of partsOf(users(), itemsPerPart)) yield { kind: 'users', items: items.map(toUserItem) };
  for (const items of partsOf(groups, itemsPerPart)) yield { kind: 'groups', items: items.map(toGroupItem) };
  yield* memberParts(sources);
  yield* heldParts(sources, limited);
  const isUntold = derivation.change === undefined || sources.state.unsettled !== undefined;
  yield* isUntold ? everything(sources.run) : outboxOf(sources, limited.sets);
}

/** Decisions in one journal part. */
const itemsPerPart = 200;

const toUserItem = ({ was: _, disabled: __, ...item }: UserDecision) => item;
const toGroupItem = ({ wasTold: _, ...item }: GroupDecision) => item;
