import config from './jest.config.js';

const { globalSetup: _, globalTeardown: __, ...rest } = config;

/** The tests of the pure protocol core, which need no storage. */
export default { ...rest, testMatch: ['<rootDir>/test/support/scim-tests.ts'], bail: 1 };
