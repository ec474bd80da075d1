// The longest suites begin first, so that the workers end together: in a fresh clone Jest knows no times and goes by the size of files.
// https://jestjs.io/docs/configuration#testsequencer-string
import TestSequencer from '@jest/test-sequencer';

const slowest = [
  'worlds/random/http',
  'cases/access',
  'worlds/professionals',
  'worlds/doctor',
  'worlds/others',
  'worlds/holder',
  'http/large-binary',
  'cases/regimes',
  'worlds/worlds',
  'worlds/random/random',
  'interaction/examples',
  'interaction/links',
  'interaction/parameters',
  'http/history-page',
  'http/bundle-hidden',
  'plans/plans',
].map((name) => `/test/${name}.test.ts`);

export default class SlowestFirst extends TestSequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const at = slowest.findIndex((name) => path.replaceAll('\\', '/').endsWith(name));
      return at === -1 ? slowest.length : at;
    };
    return super.sort(tests).toSorted((one, other) => rank(one) - rank(other));
  }
}
