import { app, type HttpResponseInit } from '@azure/functions';
import { answering, jsonAnswer, pathOf } from './answering.ts';
import { outageOf } from './outage.ts';
import { wired } from './wiring.ts';

/** /health/live: the process answers. /health/ready: its storage does, too. Both open, neither tells anything else. */
app.http('health', {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  route: 'health/{*path}',
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const check = checks[pathOf(request).replace(/^\/health\//i, '')];
    if (check === undefined) return json(404, { status: 'unknown' });
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return json(405, { status: 'unknown' }, { allow: 'GET, HEAD' });
    }
    return await check();
  }),
});

const checks: Readonly<Record<string, () => Promise<HttpResponseInit>>> = Object.assign(Object.create(null), {
  live: async () => json(200, { status: 'ok' }),
  ready: async () => {
    try {
      await wired().reachStorage();
      return json(200, { status: 'ok' });
    } catch (error) {
      const outage = outageOf(error);
      if (outage === undefined) throw error;
      return json(503, { status: 'unavailable' }, { 'retry-after': String(outage.retryAfterSeconds) });
    }
  },
});

const json = (status: number, content: object, headers: Record<string, string> = {}) =>
  jsonAnswer({ status, headers: { ...headers, 'content-type': 'application/json' } }, content);
