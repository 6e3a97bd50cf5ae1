export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  globalSetup: '<rootDir>/test/support/start-azurite.ts',
  globalTeardown: '<rootDir>/test/support/stop-azurite.ts',
  coverageProvider: 'babel',
  collectCoverageFrom: ['shared/**/*.ts', 'functions/**/*.ts'],
  testTimeout: 30_000,
};
