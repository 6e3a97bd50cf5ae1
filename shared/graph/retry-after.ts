/**
 * Seconds to wait as an answer asks for, RFC 9110 §10.2.3: whole or fractional seconds, or a date.
 * A date in the past is 0; undefined when the header is absent or unreadable, which is not the same as "at once".
 */
export function retryAfterSeconds(header: string | null, nowMilliseconds: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  // Date.parse reads much that is no date ("-1" is a year), so only the three forms of RFC 9110 §5.6.7 are let through.
  if (!/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - nowMilliseconds) / 1000);
}
