/** Mutation tests of the pure protocol core: a surviving mutant is a missing test or needless code. */
export default {
  testRunner: 'jest',
  jest: { projectType: 'custom', configFile: 'jest.mutation.config.js', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  // Tables made when a module is loaded would need a whole run for each mutant.
  ignoreStatic: true,
  tsconfigFile: 'none',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  mutate: ['shared/scim/**/*.ts', '!shared/scim/schemas/**'],
  thresholds: { high: 90, low: 85, break: 85 },
  reporters: ['clear-text', 'progress-append-only', 'json'],
  jsonReporter: { fileName: 'reports/mutation.json' },
  concurrency: 2,
  ignorePatterns: ['dist', 'docs', 'infra', 'bench', 'functions', 'tools'],
};
