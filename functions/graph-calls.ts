import { currentCall } from './current-call.ts';
import { writeLine } from './log-line.ts';
import { metrics } from './metrics.ts';

/** `fetch` for Microsoft Graph: the caller's trace goes on with it, and what it costs is counted. */
export async function fetchFromGraph(url: string, init: RequestInit): Promise<Response> {
  const call = currentCall();
  const headers = new Headers(init.headers);
  const traceparent = call?.traceContext?.traceParent;
  if (traceparent !== undefined && !headers.has('traceparent')) headers.set('traceparent', traceparent);
  const answer = await fetch(url, { ...init, headers });
  metrics.count('graph.calls', 1);
  metrics.count('graph.units', Number(answer.headers.get('x-ms-resource-unit') ?? 1) || 1);
  if (answer.status === 429 || answer.status === 503) {
    metrics.count('graph.throttled', 1);
    const { status } = answer;
    const retryAfter = timeIn(answer.headers.get('retry-after'));
    if (call !== undefined) writeLine(call, 'warning', { event: 'graph-throttled', status, retryAfter });
  }
  return answer;
}

/** As it was said; what is no time is not written down, whatever it is. */
const timeIn = (said: string | null): string | undefined =>
  said !== null && /^([\d.]{1,20}|[A-Z][a-z]{2}, [\w: ]{1,30})$/.test(said) ? said : undefined;
