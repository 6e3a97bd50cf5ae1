import type { InvocationContext } from '@azure/functions';
import type { Failure } from '../shared/admin/apart.ts';
import { faultOf } from './fault-line.ts';
import { writeLine } from './log-line.ts';

/** A list was answered without the state of these: a line for each, as whoever reads the list sees no more than that. */
export function noteUnread(context: InvocationContext, failures: readonly Failure[] = []): void {
  for (const { at, error } of failures)
    writeLine(context, 'warning', { event: 'directory-unread', ...at, ...faultOf(error) });
}
