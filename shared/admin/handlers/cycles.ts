import type { Handlers } from '../call.ts';
import { pageBody, positionOf } from '../cursors.ts';
import { cycleView } from '../cycles.ts';
import { readScim } from './directory-change.ts';

export const cycleHandlers: Handlers<'listCycles'> = {
  async listCycles({ params, caller, query, ports }) {
    const record = await readScim({ params, caller, ports });
    const page = { after: positionOf(query.cursor), limit: query.limit };
    const { items, next } = await ports.requestLog.cycles(record.id, page);
    const now = ports.random.now();
    return {
      body: pageBody(
        items.map(({ id, cycle }) => cycleView(id, cycle, now)),
        next,
      ),
    };
  },
};
