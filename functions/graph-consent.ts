import { app } from '@azure/functions';
import { takeConsent } from '../shared/admin/take-consent.ts';
import { adminPorts } from './admin.ts';
import { answering, jsonAnswer } from './answering.ts';
import { wired } from './wiring.ts';

/** Where an administrator of a tenant comes back from Microsoft's consent page. Open: the state in the address is what is checked. */
app.http('graph-consent', {
  methods: ['GET'],
  route: 'consent/callback',
  authLevel: 'anonymous',
  handler: answering(async (request) => {
    const { status, body, page } = await takeConsent(new URL(request.url).searchParams, adminPorts(wired()));
    const wantsPage = request.headers.get('accept')?.includes('text/html') === true;
    if (!wantsPage) return jsonAnswer({ status, headers: { 'content-type': 'application/json' } }, body);
    return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: page };
  }),
});
