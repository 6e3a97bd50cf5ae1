import type {
  CountQuestion,
  GraphAnswer,
  GraphFault,
  GraphReader,
  GroupEntry,
} from '../../../shared/sync/graph-port.ts';
import type { SimulatedSync } from '../../support/sync/simulated-sync.ts';

/** Lets the Graph of a simulated tenant count, and lose what it is told to lose. */
export class CountingGraph {
  /** Questions of each call. */
  readonly calls: (readonly CountQuestion[])[] = [];
  /** "group member": changes of memberships that no delta tells. */
  readonly lost = new Set<string>();
  /** Users that no delta tells. */
  readonly lostUsers = new Set<string>();
  /** What the index adds to its answers. */
  readonly wrong = new Map<string, number>();
  countsDeleted = true;
  fault: GraphFault | undefined;
  /** Without an answer inside the batch. */
  readonly silent = new Set<string>();

  constructor(sync: SimulatedSync) {
    const { tenant } = sync;
    const graph = tenant.graph.bind(tenant);
    tenant.graph = (): GraphReader => {
      const reader = graph();
      return {
        ...reader,
        groupsDelta: async (from) => this.#without(await reader.groupsDelta(from), from.kind === 'beginning'),
        usersDelta: async (from) => {
          const answer = await reader.usersDelta(from);
          if (answer.kind === 'fault' || (from.kind === 'beginning' && answer.value.items.length > 0))
            return answer;
          const items = answer.value.items.filter(({ id }) => !this.lostUsers.has(id));
          return { ...answer, value: { ...answer.value, items } };
        },
        counts: async (questions) => {
          this.calls.push(questions);
          if (this.fault !== undefined) return { kind: 'fault', fault: this.fault };
          const value = questions.map((question) => this.#count(sync, question));
          return { kind: 'read', value, calls: 1, resourceUnits: questions.length };
        },
      };
    };
  }

  /** Groups whose members were asked for, in order. */
  get groups(): readonly string[] {
    return [
      ...new Set(
        this.calls.flat().flatMap((question) => (question.of === 'members' ? [question.group] : [])),
      ),
    ];
  }

  #without<Answer extends GraphAnswer<{ readonly items: readonly GroupEntry[] }>>(
    answer: Answer,
    isWhole: boolean,
  ): Answer {
    if (answer.kind === 'fault' || isWhole) return answer;
    const items = answer.value.items.map((entry) => {
      if (entry.kind === 'removed' || entry.members === undefined) return entry;
      return { ...entry, members: entry.members.filter(({ id }) => !this.lost.has(`${entry.id} ${id}`)) };
    });
    return { ...answer, value: { ...answer.value, items } };
  }

  #count({ tenant }: SimulatedSync, question: CountQuestion): number | undefined {
    if (question.of !== 'members') {
      const live = [...tenant[question.of].values()].filter(({ life }) => life === 'live').length;
      return live + (this.wrong.get(question.of) ?? 0);
    }
    const { group, type } = question;
    if (this.silent.has(group)) return undefined;
    const members = [...(tenant.groups.get(group)?.members ?? [])].filter(([, of]) => of === type);
    const lifeOf = (id: string) => (tenant.users.get(id) ?? tenant.groups.get(id))?.life ?? 'live';
    const counted = members.filter(([id]) => this.countsDeleted || lifeOf(id) === 'live').length;
    return counted + (type === 'user' ? (this.wrong.get(group) ?? 0) : 0);
  }
}
