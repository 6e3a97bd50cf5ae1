/** Mutation tests of the pure protocol core: a surviving mutant is a missing test or needless code. */
export default {
  testRunner: 'in-process',
  plugins: ['./tools/mutation/in-process-runner.ts'],
  coverageAnalysis: 'perTest',
  // Tables made when a module is loaded would need a process of their own for each mutant.
  ignoreStatic: true,
  tsconfigFile: 'none',
  timeoutMS: 4000,
  mutate: ['shared/scim/**/*.ts', '!shared/scim/schemas/**'],
  thresholds: { high: 90, low: 85, break: 85 },
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: 'reports/mutation.json' },
  concurrency: 2,
  ignorePatterns: ['dist', 'docs', 'infra', 'bench', 'functions', 'tools'],
};
