const base = require('@jupyterlab/testutils/lib/jest-config')(__dirname);

// Packages that are published as ES modules only, and so must be transformed for node.
const esModules = [
  '@codemirror',
  '@dagrejs',
  '@jupyter/',
  '@jupyterlab/',
  '@lezer',
  '@marijn',
  '@microsoft',
  'color',
  'exenv-es6',
  'lib0',
  'marked',
  'nanoid',
  'vscode-ws-jsonrpc',
  'y-protocols',
  'y-websocket',
  'yjs'
].join('|');

module.exports = {
  ...base,
  collectCoverageFrom: ['src/**/*.{ts,tsx}', '!src/**/*.d.ts', '!src/**/__tests__/**'],
  coverageReporters: ['lcov', 'text-summary'],
  modulePathIgnorePatterns: ['<rootDir>/lib/'],
  reporters: ['default'],
  testTimeout: 30000,
  testRegex: 'src/.*/__tests__/.*\\.spec\\.tsx?$|src/__tests__/.*\\.spec\\.tsx?$',
  // Types are checked by `jlpm lint:types`; here each file is only transpiled.
  transform: {
    ...base.transform,
    '^.+\\.tsx?$': ['ts-jest/legacy', { tsconfig: './tsconfig.test.json' }]
  },
  transformIgnorePatterns: [`/node_modules/(?!${esModules}).+`]
};
