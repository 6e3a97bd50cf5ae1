// scimmy with scimmy-routers on express, over Maps as its documentation shows, for the bench. `indexed` adds an index by name
// and cuts pages in the store, which its documentation does not show but its interface allows.
import { once } from 'node:events';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { groupBody, userBody } from '../company.ts';

const { size, indexed } = JSON.parse(process.argv[2]);
const users = new Map();
const groups = new Map();
const usersByName = new Map();
const groupsByName = new Map();
let lastId = 0;

/** One resource type over a Map, with an index by `nameOf`. */
function keep(type, rows, { byName, nameOf }) {
  SCIMMY.Resources.declare(type)
    .ingress((resource, instance) => {
      const id = resource.id ?? String(++lastId);
      const before = rows.get(id);
      if (resource.id !== undefined && before === undefined)
        throw new SCIMMY.Types.Error(404, null, 'not found');
      const now = new Date().toISOString();
      const row = { ...before, ...JSON.parse(JSON.stringify(instance)), id };
      row.meta = { ...before?.meta, created: before?.meta?.created ?? now, lastModified: now };
      const holder = byName.get(nameOf(row));
      if (holder !== undefined && holder !== id)
        throw new SCIMMY.Types.Error(409, 'uniqueness', 'name taken');
      rows.set(id, row);
      byName.set(nameOf(row), id);
      return row;
    })
    .egress((resource) => {
      if (resource.id !== undefined) {
        const row = rows.get(resource.id);
        if (row === undefined) throw new SCIMMY.Types.Error(404, null, 'not found');
        return row;
      }
      if (!indexed) {
        const all = [...rows.values()];
        return resource.filter ? resource.filter.match(all) : all;
      }
      return fromIndex(resource, rows, { byName });
    })
    .degress((resource) => {
      rows.delete(resource.id);
    });
}

function fromIndex(resource, rows, { byName }) {
  const name = resource.filter?.expression?.match(/^(?:userName|displayName) eq "(.*)"$/)?.[1];
  if (name !== undefined) {
    const row = rows.get(byName.get(name.toLowerCase()));
    return row === undefined ? [] : [row];
  }
  if (resource.filter) return resource.filter.match([...rows.values()]);
  const { startIndex = 1, count = 20 } = resource.constraints ?? {};
  resource.constraints = { startIndex, count, totalResults: rows.size };
  return sliceOf(rows, startIndex - 1, count);
}

/** Rows are never deleted here, so that their ids are their places. */
function sliceOf(rows, from, count) {
  const ids = rows === users ? userIds : groupIds;
  return ids.slice(from, from + count).map((id) => rows.get(id));
}

const userIds = [];
const groupIds = [];
keep(SCIMMY.Resources.User, users, { byName: usersByName, nameOf: (row) => row.userName.toLowerCase() });
keep(SCIMMY.Resources.Group, groups, {
  byName: groupsByName,
  nameOf: (row) => row.displayName.toLowerCase(),
});

const joinerIds = [];
for (let index = 0; index < size.users + size.joiners; index++) {
  const id = String(++lastId);
  const { schemas: _, ...user } = userBody(index);
  const now = new Date().toISOString();
  users.set(id, { ...user, id, meta: { created: now, lastModified: now } });
  usersByName.set(user.userName.toLowerCase(), id);
  (index < size.users ? userIds : joinerIds).push(id);
}
const seeded = size.groups.map((members, index) => {
  const id = String(++lastId);
  const now = new Date().toISOString();
  const { displayName, externalId } = groupBody(index);
  const refs = userIds.slice(0, members).map((value) => ({ value }));
  groups.set(id, { id, displayName, externalId, members: refs, meta: { created: now, lastModified: now } });
  groupsByName.set(displayName.toLowerCase(), id);
  groupIds.push(id);
  return { id, displayName, members };
});

const app = express();
app.use(
  '/scim',
  new SCIMMYRouters({ type: 'bearer', handler: () => 'bench', baseUri: () => 'https://127.0.0.1' }),
);
const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpu: (user + system) / 1000, bytes: process.memoryUsage().rss });
});
process.on('disconnect', () => process.exit(0));
process.send({
  origin: `http://127.0.0.1:${server.address().port}`,
  basePath: '/scim',
  world: { users: size.users, userIds, joinerIds, groups: seeded },
});
