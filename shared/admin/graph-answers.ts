import { Refusal } from '../model/refusal.ts';
import type { GraphAnswer, GraphFault, GraphFaultKind } from '../sync/graph-port.ts';

/** What Graph answered; a fault is a refusal that says what to do about it. */
export function graphValue<T>(answer: GraphAnswer<T>): T {
  if (answer.kind === 'read') return answer.value;
  throw graphRefusal(answer.fault);
}

function graphRefusal({ kind, detail, retryAfterSeconds, code }: GraphFault): Refusal {
  const { reason, passing } = reasons[kind];
  if (!passing) return new Refusal('conflict', detail, { reason: code ?? reason });
  const seconds = String(Math.max(1, Math.ceil(retryAfterSeconds ?? 5)));
  return new Refusal('busy', detail, { reason, headers: { 'retry-after': seconds } });
}

const reasons: Readonly<Record<GraphFaultKind, { readonly reason: string; readonly passing?: true }>> = {
  throttled: { reason: 'graph_throttled', passing: true },
  transient: { reason: 'graph_unavailable', passing: true },
  unauthorized: { reason: 'admin_consent_required' },
  forbidden: { reason: 'permission_missing' },
  'not-found': { reason: 'graph_not_found' },
  malformed: { reason: 'graph_malformed' },
  'resync-required': { reason: 'graph_malformed' },
  'token-dead': { reason: 'graph_cursor_dead' },
};
