// The rooms of the house and the arrows between them; docs/architecture.md explains each.
const mayImport = {
  model: [],
  nesting: ['model'],
  scim: ['model'],
  access: ['model'],
  directory: ['model', 'scim'],
  sync: ['model', 'nesting', 'directory'],
  admin: ['model', 'access', 'directory', 'sync'],
  storage: ['model', 'scim', 'access', 'directory', 'sync', 'admin'],
  graph: ['model', 'sync'],
};

const error = (name, comment, [from, to]) => ({ name, comment, severity: 'error', from, to });

const homes = {
  '@azure/functions': '^functions/',
  '@azure/data-tables': '^shared/storage/',
  '@azure/storage-queue': '^shared/storage/',
  '@azure/storage-blob': '^shared/storage/',
  '@microsoft/microsoft-graph-client': '^shared/graph/',
  '@azure/identity': '^(shared/graph/|functions/wiring/)',
  jose: '^shared/access/',
};

export default {
  forbidden: [
    error('no-cycles', 'A cycle means that a layer does not hold.', [{}, { circular: true }]),
    error('nothing-below-imports-triggers', 'Data takes straight roads; nothing calls back up.', [
      { path: '^shared/' },
      { path: '^(functions|console|test|tools|bench)/' },
    ]),
    error('adapters-meet-ports-in-wiring', 'A trigger knows Azure Functions and nothing else.', [
      { path: '^functions/', pathNot: '^functions/wiring([.]ts$|/)' },
      { path: '^shared/(storage|graph)/' },
    ]),
    error('wiring-is-joined-in-one-place', 'What is made of adapters is asked of `wired()`.', [
      { path: '^functions/', pathNot: '^functions/wiring([.]ts$|/)' },
      { path: '^functions/wiring/' },
    ]),
    error(
      'pure-rooms-do-no-io',
      'Time, ids and randomness come in as arguments, so that these rooms can be simulated.',
      [{ path: '^shared/(model|nesting|scim|directory|sync)/' }, { dependencyTypes: ['core'] }],
    ),
    error('subfolders-are-private', 'The files at the top of a room are its front.', [
      { path: '^(?!test/|bench/)(?:shared/)?([^/]+)/' },
      { path: '^shared/[^/]+/[^/]+/', pathNot: '^shared/$1/' },
    ]),
    error('tools-stay-home', 'The local host is not deployed.', [
      { path: '^functions/' },
      { path: '^(tools|test|bench)/' },
    ]),
    ...Object.entries(mayImport).map(([room, rooms]) =>
      error(`${room}-looks-down`, `shared/${room} may import ${rooms.join(', ') || 'nothing'}.`, [
        { path: `^shared/${room}/` },
        { path: '^shared/', pathNot: `^shared/(${[room, ...rooms].join('|')})/` },
      ]),
    ),
    ...Object.entries(homes).map(([library, home]) =>
      error(`${library.replace(/[@/]/g, '')}-has-one-home`, `${library} is known in one place.`, [
        { path: '^(functions|shared|console)/', pathNot: home },
        { path: `node_modules/${library}/` },
      ]),
    ),
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types'] },
  },
};
