// Makes `npm start`, `npm test` and `npm run check` work on a fresh clone: installs what package.json names, Node 24 included.
// Plain JavaScript: it runs on the Node that is there (20 or newer) before anything is installed. `dev` as argument: the tests' packages too.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const modules = join(root, 'node_modules');
const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const withDev = process.argv.includes('dev');

function installed(packages) {
  return Object.entries(packages).every(([name, version]) => {
    const manifest = join(modules, name, 'package.json');
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version;
  });
}

// npm writes this file last: without it an install was interrupted.
const whole = existsSync(join(modules, '.package-lock.json'));
const devThere = installed(wanted.devDependencies);
if (!whole || !installed(wanted.dependencies) || (withDev && !devThere)) {
  const withoutDev = !withDev && existsSync(modules) && !existsSync(join(modules, 'jest'));
  const options = [
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    ...(withDev ? ['--include=dev'] : withoutDev ? ['--omit=dev'] : []),
  ];
  console.log(`Installing the packages of package.json: npm install ${options.join(' ')}`);
  const npm = process.env.npm_execpath;
  const [command, first, shell] = npm ? [process.execPath, [npm], false] : ['npm', [], process.platform === 'win32'];
  const { status } = spawnSync(command, [...first, 'install', ...options], { cwd: root, stdio: 'inherit', shell });
  if (status !== 0) {
    console.error('The packages could not be installed: see the lines of npm above, then start again.');
    process.exit(1);
  }
}

// The `node` that the script after this one gets, which is not always the one running here.
const { stdout } = spawnSync('node', ['--version'], { encoding: 'utf8', shell: process.platform === 'win32' });
const version = stdout?.trim() || process.version;
if (Number(version.slice(1).split('.')[0]) < 24) {
  console.error(
    `Node 24 or newer is needed, this is ${version} and npm has none for ${process.platform}-${process.arch}: install it from https://nodejs.org.`,
  );
  process.exit(1);
}
