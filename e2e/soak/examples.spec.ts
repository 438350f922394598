/** The examples as a stranger gets them: copied, installed with the package as it is published, built, started. */
import { type Page, test } from '@playwright/test';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { walkExample, walkRendered } from '../tests/example.js';
import { Program } from '../tests/program.js';
import { freePort, Server } from '../tests/server.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Example {
  readonly name: string;

  /** What else it shows. */
  readonly more?: (page: Page, origin: string, server: Server) => Promise<void>;

  /** The port that its files name. */
  readonly port: number;

  /** Starts what was built. */
  readonly start: (port: number) => string[];
}

const EXAMPLES: readonly Example[] = [
  { name: 'nextjs', port: 3000, start: (port) => ['run', 'start', '--', '--port', `${port}`], more: walkRendered },
  { name: 'vite', port: 5173, start: (port) => ['run', 'preview', '--', '--port', `${port}`, '--host', 'localhost'] },
];

let folder: string;
let archives: readonly string[];

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyrack-examples-'));
  const packages = ['@keyrack/react', '@keyrack/server'].flatMap((name) => ['--workspace', name]);
  await run('npm', ['pack', ...packages, '--pack-destination', folder], { cwd: ROOT });
  archives = (await readdir(folder)).filter((name) => name.endsWith('.tgz')).map((name) => join(folder, name));
});

test.afterAll(() => rm(folder, { recursive: true }));

for (const { name, port, start, more } of EXAMPLES) {
  test(`examples/${name} installs, builds, and signs in`, async ({ page }) => {
    const [own, keyrack] = [await freePort(), await freePort()];
    const home = join(folder, name);
    await copy(join(ROOT, 'examples', name), home, { [`localhost:${port}`]: `localhost:${own}`, 'localhost:4400': `localhost:${keyrack}` });
    const npm = (...args: string[]) => run('npm', args, { cwd: home, env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' } });
    const needs = await readFile(join(home, 'package.json'), 'utf8');
    const used = archives.filter((archive) => needs.includes(basename(archive).replace(/^keyrack-(\w+)-.*/, '@keyrack/$1')));
    await npm('install', '--no-audit', '--no-fund', ...used);
    await npm('run', 'typecheck');
    await npm('run', 'build');
    const server = await Server.at(keyrack, 'production', '--config', join(home, 'keyrack.toml'));
    const application = await Program.start('npm', start(own), { cwd: home, ready: /ready|local:/i });
    try {
      await walkExample(page, `http://localhost:${own}`, server);
      await more?.(page, `http://localhost:${own}`, server);
    } finally {
      // Its stream would keep the application from ending.
      await page.close();
      await application.stop();
      await server.remove();
    }
  });
}

/** Copies an example without what was installed or built in it, with other addresses in its files and in its key. */
async function copy(from: string, to: string, addresses: Record<string, string>): Promise<void> {
  const built = /node_modules|\.next|dist|package-lock\.json|tsbuildinfo/;
  await cp(from, to, { recursive: true, filter: (path) => !built.test(path.slice(from.length)) });
  for (const file of ['.env', 'keyrack.toml', 'vite.config.ts']) {
    const path = join(to, file);
    let text = await readFile(path, 'utf8').catch(() => '');
    if (text === '') continue;
    const move = (old: string) => Object.entries(addresses).reduce((moved, [here, there]) => moved.replaceAll(here, there), old);
    text = move(text).replace(/pk_live_(\S+)/, (_, key: string) => `pk_live_${btoa(move(atob(key)))}`);
    await writeFile(path, text);
  }
}
