import { expect, test } from '@jest/globals';
import { GroupId } from '../../../shared/model/ids.ts';
import { changedForPlans } from '../../../shared/sync/plan-settings.ts';
import { NestedSettings } from '../../../shared/sync/settings.ts';
import { group } from './small-tenant.ts';

const settings = (given: object) => NestedSettings.parse(given);
const chosen = (...groups: number[]) => ({
  scope: { kind: 'groups', groups: groups.map((index) => GroupId.parse(group(index))) },
});

test('what is named in another order, or as the default has it, is no other setting', () => {
  const one = {
    ...chosen(1, 2),
    domains: ['b.example', 'a.example'],
    safeguard: { users: { floor: 1, percent: 2 } },
  };
  const other = {
    safeguard: { users: { percent: 2, floor: 1, absolute: 500 }, enabled: true },
    ...{ domains: ['a.example', 'b.example'], guests: 'include', ...chosen(2, 1) },
  };
  expect(changedForPlans(settings(one), settings(other))).toEqual([]);
});

test('each setting that is another is named', () => {
  expect(
    changedForPlans(settings(chosen(1)), settings({ ...chosen(1, 2), maxUsers: 1, auditDays: 1 })),
  ).toEqual(['scope', 'maxUsers']);
});
