/**
 * Bundles what every application needs, and fails when it has grown beyond what the README promises: what a page loads
 * at first, and the parts that follow when they are needed.
 */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ENTRY_BYTES = 6_000;

/** By the file that begins each of the later parts: what it is, and how large it may be. */
const LATER = {
  events: ['the stream, where there is a session', 2_500],
  tab: ['the scope of a tab, where a provider has one', 1_500],
  credential: ['the credential, in staging', 700],
  permissions: ['what has() knows, when it is asked', 2_400],
  solver: ['what solves a proof of work, where a deployment asks for one', 1_500],
};

/** What other hooks load when they are asked for something; a bundler that splits would make parts for it all the same. */
const OF_OTHERS = /\/(answer|passkey|sign-in-steps)\.js$/;
const outside = ({ kind }) => (kind === 'dynamic-import' ? { path: 'outside', external: true } : undefined);

const { outputFiles, metafile } = await build({
  stdin: {
    contents: "export { KeyrackProvider, useSession } from '../dist/index.js';",
    resolveDir: import.meta.dirname,
  },
  bundle: true,
  splitting: true,
  metafile: true,
  minify: true,
  write: false,
  outdir: 'size',
  format: 'esm',
  target: 'es2022',
  external: ['react', 'react/jsx-runtime', 'swr'],
  plugins: [{ name: 'never loaded by these two', setup: (build) => build.onResolve({ filter: OF_OTHERS }, outside) }],
});

const outputs = Object.entries(metafile.outputs);
const first = withImports(outputs.find(([, { entryPoint }]) => entryPoint === '<stdin>')[0]);
fits('KeyrackProvider and useSession', [...first], ENTRY_BYTES);
const later = outputs.map(([path]) => path).filter((path) => !first.has(path));
for (const [file, [what, most]] of Object.entries(LATER)) {
  const part = later.find((path) => metafile.outputs[path].entryPoint?.endsWith(`/${file}.js`));
  if (part) fits(what, [...withImports(part)].filter((path) => !first.has(path)), most);
  else fail(`${what}: it is not loaded later`);
}
const parts = later.filter((path) => metafile.outputs[path].entryPoint);
if (parts.length !== Object.keys(LATER).length) fail(`these are loaded later: ${parts.join(', ')}`);

function fits(what, paths, most) {
  const bytes = bytesOf(paths);
  console.log(`${what}: ${bytes} of ${most} bytes, gzipped`);
  if (bytes > most) fail(`${what}: ${bytes - most} bytes too many`);
}

function fail(why) {
  console.error(why);
  process.exitCode = 1;
}

/** A file and what it imports at once, and so on. */
function withImports(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const { path: next, kind } of metafile.outputs[path].imports) {
    if (kind === 'import-statement' && next in metafile.outputs) withImports(next, found);
  }
  return found;
}

function bytesOf(paths) {
  const files = outputFiles.filter(({ path }) => paths.some((wanted) => path.endsWith(wanted)));
  return files.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
}
