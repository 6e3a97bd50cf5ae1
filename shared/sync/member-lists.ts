import { fingerprintOf, followed, newTrail, type Trail } from './endless-round.ts';
import type { GraphFault, GraphReader, GroupEntry, MemberEntry } from './graph-port.ts';
import type { StagedPage } from './round-records.ts';
import type { MembersProgress } from './run-records.ts';

type StagedGroup = Extract<Extract<StagedPage, { kind: 'groups' }>['items'][number], { kind: 'present' }>;

/** Member lists under way at the same time; the pacer spends the tenant's budget on them. */
const listsAtOnce = 64;
/** Members that are kept in memory at once, and characters of links that a checkpoint takes. */
const membersMax = 200_000;
const linksLengthMax = 100_000;

interface List {
  readonly group: GroupEntry['id'];
  link: string | undefined;
  trail: Trail;
  members: MemberEntry[];
  restarts: number;
  state: 'begun' | 'complete' | 'gone';
  /** Some of its pages were read, now or earlier. */
  isTold: boolean;
  /** Graph did not answer it. */
  isFaulted: boolean;
}

const newList = (group: GroupEntry['id']): List => ({
  ...{ group, link: undefined, trail: newTrail, members: [], restarts: 0 },
  ...{ state: 'begun', isTold: false, isFaulted: false },
});

/**
 * Lists of members read side by side, until all are complete or it is time for a checkpoint: what was read by then is kept, and
 * those on their way go on from their links. One that fails stops them all in the same way.
 */
export class MemberLists {
  readonly #graph: GraphReader;
  readonly #groups: readonly GroupEntry[];
  readonly #isTime: () => boolean;
  readonly #lists: List[] = [];
  #next: number;
  #members = 0;
  fault: GraphFault | undefined;
  /** A list that has no end, and why that is plain. */
  endless: string | undefined;
  pagesRead = 0;

  /** `groups` are the same, and in the same order, each time. */
  constructor(
    graph: GraphReader,
    groups: readonly GroupEntry[],
    { progress, isTime }: { readonly progress: MembersProgress | undefined; readonly isTime: () => boolean },
  ) {
    this.#graph = graph;
    this.#groups = groups;
    this.#isTime = isTime;
    this.#next = progress?.next ?? 0;
    for (const { group, link, trail, restarts = 0 } of progress?.begun ?? [])
      this.#lists.push({ ...newList(group), link, trail, restarts, isTold: true });
  }

  async read(): Promise<void> {
    const begun = this.#lists.values();
    await Promise.all(Array.from({ length: listsAtOnce }, () => this.#lane(begun)));
  }

  /** What is left to be done; nothing when all is complete. */
  get progress(): MembersProgress | undefined {
    let room = linksLengthMax;
    const begun = this.#unfinished.map(({ group, link, trail, restarts }, index) => {
      room -= link?.length ?? 0;
      const again = restarts === 0 ? {} : { restarts };
      // One always goes on; where links are huge, others begin again.
      return link === undefined || (room < 0 && index > 0)
        ? { group, trail: newTrail, ...again }
        : { group, link, trail, ...again };
    });
    const isComplete = begun.length === 0 && this.#next >= this.#groups.length;
    return isComplete ? undefined : { next: this.#next, begun };
  }

  /** Of these some members may be staged, and are not all. */
  get unlisted(): readonly GroupEntry['id'][] {
    return this.#lists.flatMap(({ group, state, isTold }) => (state === 'gone' && isTold ? [group] : []));
  }

  /** Does without the lists that Graph did not answer, and forgets that it did not. */
  giveUp(): void {
    for (const list of this.#lists) if (list.isFaulted) Object.assign(list, { state: 'gone', isTold: true });
    this.fault = undefined;
  }

  /** Lists that came to their end. */
  get finished(): number {
    return this.#lists.length - this.#unfinished.length;
  }

  /** What was read of each; a group that is not there any more has no members to tell: the delta tells of its end. */
  get groups(): readonly StagedGroup[] {
    return this.#lists.flatMap(({ group: id, members, state }) =>
      state === 'complete' || members.length > 0
        ? [{ kind: 'present' as const, id, fields: {}, members }]
        : [],
    );
  }

  get #unfinished(): readonly List[] {
    return this.#lists.filter(({ state }) => state === 'begun');
  }

  get #isOver(): boolean {
    return (
      this.fault !== undefined || this.endless !== undefined || this.#members >= membersMax || this.#isTime()
    );
  }

  /** Each reads a page at least, so that every command gets on. */
  async #lane(begun: Iterator<List>): Promise<void> {
    do {
      const list = this.#following(begun);
      if (list === undefined) return;
      await this.#read(list);
    } while (!this.#isOver);
  }

  #following(begun: Iterator<List>): List | undefined {
    const { value, done } = begun.next();
    if (done !== true) return value;
    const group = this.#groups[this.#next];
    if (group === undefined) return undefined;
    this.#next++;
    const list = newList(group.id);
    this.#lists.push(list);
    return list;
  }

  async #read(list: List): Promise<void> {
    do {
      const answer = await this.#graph.groupMembers(list.group, list.link);
      if (answer.kind === 'fault') {
        if (mayBeginAgain(list, answer.fault)) {
          Object.assign(list, { link: undefined, trail: newTrail, restarts: list.restarts + 1, members: [] });
          continue;
        }
        if (answer.fault.kind === 'not-found' && list.link === undefined) {
          list.state = 'gone';
          return;
        }
        list.isFaulted = true;
        this.fault ??= answer.fault;
        return;
      }
      this.#take(list, answer.value);
    } while (list.state === 'begun' && !this.#isOver);
  }

  #take(
    list: List,
    { items, next }: { readonly items: readonly MemberEntry[]; readonly next?: string },
  ): void {
    const page = {
      items: items.length,
      fingerprint: fingerprintOf(items),
      ...(next === undefined ? {} : { next }),
    };
    const { trail, endless } = followed(list.trail, page);
    if (endless !== undefined) this.endless ??= `members of group ${list.group}: ${endless}`;
    for (const member of items) list.members.push(member);
    this.#members += items.length;
    this.pagesRead++;
    const state = next === undefined ? 'complete' : 'begun';
    Object.assign(list, { trail, link: next, state, isTold: true });
  }
}

/** Links die, and Graph answers 404 to good ones; what was kept of the list by then is true, as the delta tells what changed since. */
const mayBeginAgain = ({ link, restarts }: List, { kind }: GraphFault): boolean =>
  (kind === 'token-dead' || kind === 'not-found') && link !== undefined && restarts < restartsMax;

const restartsMax = 3;
