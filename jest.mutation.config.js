import config from './jest.config.js';

const { globalSetup: _, globalTeardown: __, ...rest } = config;

/** The tests of the pure protocol core, which need no storage. */
export default {
  ...rest,
  testMatch: ['<rootDir>/test/unit/scim/**/*.test.ts', '<rootDir>/test/conformance/scim-core/**/*.test.ts'],
};
