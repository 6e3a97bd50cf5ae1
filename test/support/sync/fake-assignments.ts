import type { Assignment, GraphAnswer, ListPage } from '../../../shared/sync/graph-port.ts';
import { faulty, forbidden, notFound, pageAfter, read } from './fake-answers.ts';
import type { FakeMoods } from './fake-moods.ts';

/** Who is assigned to applications, as badly told as the faults say. */
export class FakeAssignments {
  readonly #moods: FakeMoods;
  /** Applications of which nobody was listed as assigned, wrongly: the next answer is right. */
  readonly #emptied = new Set<string>();

  constructor(moods: FakeMoods) {
    this.#moods = moods;
  }

  of(id: string, link = ''): GraphAnswer<ListPage<Assignment>> {
    const moods = this.#moods;
    if (!moods.tenant.permissions.applications) return forbidden;
    const fault = moods.checkFault();
    if (fault !== undefined) return faulty(fault);
    const { applicationUnknown, assignmentsEmpty, assignmentsEndless, staleAnswers } = moods.faults;
    const { applications } = moods.replica(staleAnswers).registered;
    const isGone = applications.has(id) && applications.get(id) === undefined;
    if (isGone || moods.chance(applicationUnknown)) return notFound('no such application');
    const assigned = applications.get(id) ?? [];
    if (this.#isEmptyOnce(id, assignmentsEmpty)) return read({ items: [] });
    if (moods.chance(assignmentsEndless)) return read({ items: assigned.slice(0, 1), next: 'list:' });
    const byId = Map.groupBy(assigned, ({ principalId }) => principalId);
    return read(pageAfter(link, [...byId.keys()], (principal) => byId.get(principal) ?? []));
  }

  #isEmptyOnce(id: string, chance: number): boolean {
    if (this.#emptied.delete(id) || !this.#moods.chance(chance)) return false;
    this.#emptied.add(id);
    return true;
  }
}
