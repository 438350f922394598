/** Bundles what every application needs, and fails when it has grown beyond what the README promises. */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const LIMIT_BYTES = 6_000;

const { outputFiles } = await build({
  stdin: {
    contents: "export { KeyrackProvider, useSession } from '../dist/index.js';",
    resolveDir: import.meta.dirname,
  },
  bundle: true,
  minify: true,
  write: false,
  format: 'esm',
  target: 'es2022',
  external: ['react', 'react/jsx-runtime', 'swr'],
});
const bytes = gzipSync(outputFiles[0].contents, { level: 9 }).length;
console.log(`KeyrackProvider and useSession: ${bytes} of ${LIMIT_BYTES} bytes, gzipped`);
process.exitCode = bytes > LIMIT_BYTES ? 1 : 0;
