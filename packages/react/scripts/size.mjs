/**
 * Bundles what every application needs, and fails when it has grown beyond what the README promises: what a page loads
 * at first, and the parts that follow when they are needed. It is built by Rolldown, as Vite does it; and by esbuild,
 * which splits the first part for what other hooks would load later, whether they are used or not, and so has its own
 * bound.
 */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { rolldown } from 'rolldown';

const ENTRY = "export { KeyrackProvider, useSession } from '../dist/index.js';";
const ENTRY_BYTES = 6_000;
const ENTRY_BYTES_OF_ESBUILD = 6_300;
const SOLVER_BYTES = 1_500;
const EXTERNAL = ['react', 'react/jsx-runtime', 'swr'];
const TARGET = 'es2022';

/** By the file that begins each of the later parts: what it is, and how large it may be. */
const LATER = {
  events: ['the stream, where there is a session', 2_500],
  tab: ['the scope of a tab, where a provider has one', 1_500],
  credential: ['the credential, in staging', 700],
  permissions: ['what has() knows, when it is asked', 2_400],
};

const chunks = await asVite(ENTRY);
const first = withImports(chunks.find(({ isEntry }) => isEntry));
fits('KeyrackProvider and useSession', sizeOf([...first]), ENTRY_BYTES);
for (const [file, [what, most]] of Object.entries(LATER)) {
  const part = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/dist/${file}.js`));
  if (part) fits(what, sizeOf([...withImports(part)].filter((chunk) => !first.has(chunk))), most);
  else fail(`${what}: it is not loaded later`);
}
const parts = chunks.filter(({ isDynamicEntry }) => isDynamicEntry).map(({ fileName }) => fileName);
if (parts.length !== Object.keys(LATER).length) fail(`these are loaded later: ${parts.join(', ')}`);
const [solver] = await asVite("export { proved } from '../dist/solver.js';");
fits('what solves a proof of work, where a deployment asks for one', sizeOf([solver]), SOLVER_BYTES);
fits('KeyrackProvider and useSession, built by esbuild', await byEsbuild(), ENTRY_BYTES_OF_ESBUILD);

async function asVite(text) {
  const id = `${import.meta.dirname}/entry.js`;
  const entry = { name: 'entry', resolveId: (asked) => (asked === id ? id : null), load: (asked) => (asked === id ? text : null) };
  const built = await rolldown({
    input: id,
    external: EXTERNAL,
    plugins: [entry],
    transform: { target: TARGET },
    logLevel: 'silent', // It says of every file that it drops 'use client'.
  });
  return (await built.generate({ format: 'esm', minify: true })).output.filter(({ type }) => type === 'chunk');
}

/** What a page loads at first where esbuild builds it. */
async function byEsbuild() {
  const { outputFiles, metafile } = await build({
    stdin: { contents: ENTRY, resolveDir: import.meta.dirname },
    bundle: true,
    splitting: true,
    metafile: true,
    minify: true,
    write: false,
    outdir: 'size',
    format: 'esm',
    target: TARGET,
    external: EXTERNAL,
  });
  const outputs = Object.entries(metafile.outputs);
  const needed = [outputs.find(([, { entryPoint }]) => entryPoint === '<stdin>')[0]];
  for (const path of needed) {
    for (const { path: next, kind } of metafile.outputs[path].imports) {
      if (kind === 'import-statement' && next in metafile.outputs && !needed.includes(next)) needed.push(next);
    }
  }
  const files = outputFiles.filter(({ path }) => needed.some((wanted) => path.endsWith(wanted)));
  return sizeOf(files.map(({ text }) => ({ code: text })));
}

/** A chunk and what it imports at once, and so on. */
function withImports(chunk, found = new Set()) {
  if (!chunk || found.has(chunk)) return found;
  found.add(chunk);
  for (const name of chunk.imports) withImports(chunks.find(({ fileName }) => fileName === name), found);
  return found;
}

function sizeOf(files) {
  return files.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
}

function fits(what, bytes, most) {
  console.log(`${what}: ${bytes} of ${most} bytes, gzipped`);
  if (bytes > most) fail(`${what}: ${bytes - most} bytes too many`);
}

function fail(why) {
  console.error(why);
  process.exitCode = 1;
}
