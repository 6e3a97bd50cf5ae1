import type { GroupThreshold } from './settings.ts';

/** Members that a group loses, and how many there were. */
export interface Loss {
  readonly lost: number;
  readonly members: number;
}

/** Whether one group loses more than it may. */
export const sharePassed = ({ lost, members }: Loss, of: GroupThreshold): boolean =>
  lost > shareOf(members, of);

export const shareOf = (members: number, { floor, percent }: GroupThreshold) =>
  Math.max(floor, Math.floor((members * percent) / 100));
