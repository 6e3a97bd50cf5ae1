import { auditDraft, type Handlers, nothingThere } from '../call.ts';
import { pageBody, positionOf } from '../cursors.ts';
import { keyView } from '../directory-view.ts';
import { likelyRetries } from '../entra-expectations.ts';
import { keysAfter, makeScimKey } from '../scim-keys.ts';
import { changeScim, readDirectory, readScim } from './directory-change.ts';

export const scimKeyHandlers: Handlers<
  'regenerateScimKey' | 'listScimKeys' | 'revokeScimKey' | 'listRequests'
> = {
  async regenerateScimKey(call) {
    const { body, ports } = call;
    const { text, stored } = makeScimKey(ports.random, body.expiresInDays);
    await changeScim(call, (before) => {
      const terms = { now: ports.random.now(), overlapMinutes: body.overlapMinutes };
      const facts = { key: stored.id, overlapMinutes: String(body.overlapMinutes) };
      const audit = auditDraft(call, 'directory.token.rotated', { subject: before.id, facts });
      return { after: { ...before, keys: keysAfter(before.keys, stored, terms) }, audit };
    });
    const { id, prefix, expires } = stored;
    return {
      body: { key: text, id, prefix, expires },
      again: { keyAlreadyShown: true, id, prefix, expires },
    };
  },

  async listScimKeys(call) {
    const { ports } = call;
    const record = await readScim(call);
    const traffic = await ports.requestLog.traffic(record.id);
    const items = record.keys.map((key) => keyView(key, traffic, ports.random.now()));
    return { body: pageBody(items, undefined) };
  },

  async revokeScimKey(call) {
    const { keyId } = call.params;
    await changeScim(call, (before) => {
      const keys = before.keys.filter(({ id }) => id !== keyId);
      if (keys.length === before.keys.length) throw nothingThere('key');
      const audit = auditDraft(call, 'directory.token.revoked', {
        subject: before.id,
        facts: { key: keyId },
      });
      return { after: { ...before, keys }, audit };
    });
    return {};
  },

  async listRequests(call) {
    const { query, caller, ports } = call;
    const record = await readDirectory(call);
    const { statusClass, method, objectId, since } = query;
    const { items, next } = await ports.requestLog.requests(record.id, {
      filter: {
        ...{ method, objectId },
        statusClass: statusClass && Number(statusClass[0]),
        since: since === undefined ? undefined : Date.parse(since),
      },
      after: positionOf(query.cursor),
      limit: query.limit,
    });
    const shown = caller.role === 'admin' ? items : items.map(({ body: _, ...rest }) => rest);
    const told = shown.map((request) => {
      const retries = likelyRetries(request);
      return retries === undefined ? request : { ...request, likelyRetries: retries };
    });
    return { body: pageBody(told, next) };
  },
};
