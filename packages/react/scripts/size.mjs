/**
 * Bundles what every application needs, and fails when it has grown beyond what the README promises: what a page loads
 * at first, and the stream, which follows when there is a session.
 */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ENTRY_BYTES = 6_000;
const STREAM_BYTES = 2_500;

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
});

const outputs = Object.entries(metafile.outputs);
const first = withImports(outputs.find(([, { entryPoint }]) => entryPoint === '<stdin>')[0]);
const later = outputs.map(([path]) => path).filter((path) => !first.has(path));
const [entry, stream] = [bytesOf([...first]), bytesOf(later)];
console.log(`KeyrackProvider and useSession: ${entry} of ${ENTRY_BYTES} bytes, gzipped`);
console.log(`the stream, loaded later: ${stream} of ${STREAM_BYTES}; both: ${entry + stream}`);
if (later.length === 0) console.error('nothing is loaded later');
process.exitCode = entry > ENTRY_BYTES || stream > STREAM_BYTES || later.length === 0 ? 1 : 0;

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
