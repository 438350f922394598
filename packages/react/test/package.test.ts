// @vitest-environment node
/** What an application gets that imports the package, before it calls anything. */
import { build, type Plugin } from 'esbuild';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SOURCE = join(import.meta.dirname, '../src');

/** React and SWR, as far as modules use them while they are loaded; every copy gets its own. */
const stubs: Plugin = {
  name: 'stubs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(react|react\/jsx-runtime|swr)$/ }, ({ path }) => ({ path, namespace: 'stub' }));
    onLoad({ filter: /.*/, namespace: 'stub' }, () => ({
      contents: 'module.exports = { createContext: (value) => ({ value }), memo: (component) => component };',
    }));
  },
};

async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: SOURCE, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'keyrack',
    target: 'es2022',
    jsx: 'automatic',
    plugins: [stubs],
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

/** Runs `code`; returns what it exports, and every name that it looked for outside of itself meanwhile. */
function load(code: string): { asked: Set<string>; made: Record<string, unknown> } {
  const asked = new Set<string>();
  const outside = new Proxy({}, { has: (_, name) => (asked.add(String(name)), false) });
  const run = new Function('outside', `with (outside) { ${code}; return keyrack; }`);
  return { made: run(outside) as Record<string, unknown>, asked };
}

test.for(['./index.ts', './testing/index.ts'])('importing %s asks for nothing of a browser, and begins nothing', async (entry) => {
  const { asked, made } = load(await bundle(`export * from '${entry}';`));
  expect(Object.keys(made).length).toBeGreaterThan(3);
  const language = ['Object', 'Error', 'Set', 'Map', 'Promise', 'Symbol', 'Proxy', 'WeakMap', 'TypeError', 'Infinity', 'undefined'];
  expect([...asked].filter((name) => !language.includes(name) && name !== 'keyrack')).toEqual([]);
  expect([...asked]).toContain('Error');
});

test('two copies of the package share nothing', async () => {
  const code = await bundle(`export { ClientContext } from './provider.tsx'; export { KeyrackError } from './error.ts';`);
  const [one, other] = [load(code).made, load(code).made];
  expect(one['ClientContext']).toBeDefined();
  expect(one['ClientContext']).not.toBe(other['ClientContext']);
  expect(one['KeyrackError']).not.toBe(other['KeyrackError']);
});

test('no module keeps anything: at its top level are functions, classes and constants', () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
  expect(files.length).toBeGreaterThan(20);
  const kept = files.flatMap((file) => {
    const lines = readFileSync(join(SOURCE, file), 'utf8').split('\n');
    return lines.filter((line) => /^(export )?(let|var) |^(export )?const \w+(: [^=]+)? = new /.test(line));
  });
  expect(kept).toEqual([]);
});

test('what an application does not use is not in its bundle', async () => {
  const everything = await bundle(`export * from './index.ts'; export * from './testing/index.ts';`);
  const usual = await bundle(`export { KeyrackProvider, useSession } from './index.ts';`);
  expect(usual).toContain('BroadcastChannel');
  for (const unused of ['/auth/signin', 'user_deleted', '/dev/outbox']) {
    expect(everything).toContain(unused);
    expect(usual).not.toContain(unused);
  }
  expect(await bundle(`export { KeyrackError } from './index.ts';`)).not.toContain('BroadcastChannel');
});

test('every entry is client code for frameworks that render on a server', () => {
  for (const entry of ['index.ts', 'testing/index.ts']) {
    expect(readFileSync(join(SOURCE, entry), 'utf8')).toMatch(/^'use client';\n/);
  }
});
