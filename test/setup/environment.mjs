// A test file has globals of its own that are plain ones: Jest's go through a proxy, which makes each `Object` and `Map` of the server slow.
// https://nodejs.org/docs/latest-v24.x/api/vm.html#when-to-use-vmconstantsdont_contextify
import { generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const vm = require('node:vm');
const { TestEnvironment } = require('jest-environment-node');
const { createContext } = vm;

/** One of a worker: to make it takes longer than most tests. */
process.env.TEST_RSA_KEY ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});

export default class PlainEnvironment extends TestEnvironment {
  constructor(config, context) {
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
  }
}
