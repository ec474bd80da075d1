// Jest as ESM on the TypeScript sources as they are: Node's own type stripping is the only transform.
// https://jestjs.io/docs/ecmascript-modules
export default {
  testEnvironment: '<rootDir>/test/setup/environment.mjs',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json'],
  transform: { '\\.ts$': '<rootDir>/test/setup/transform.mjs' },
  globalSetup: '<rootDir>/test/setup/start-mongod.mjs',
  globalTeardown: '<rootDir>/test/setup/stop-mongod.mjs',
  modulePathIgnorePatterns: ['<rootDir>/data/'],
  testSequencer: '<rootDir>/test/setup/slowest-first.mjs',
  maxWorkers: 2,
  // What a file loaded stays in its worker: a new one costs less than to look through a gigabyte for what is garbage.
  workerIdleMemoryLimit: '1GB',
  // Long enough for a machine four times as slow, where it is busy too.
  testTimeout: 120_000,
  workerGracefulExitTimeout: 10_000,
};
