/** Fails when what one page loads has grown beyond what somebody on a slow connection should wait for. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const LIMIT_BYTES = 90_000;

const dist = join(import.meta.dirname, '../dist');
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
// It is nothing that anybody is to be served.
rmSync(join(dist, '.vite'), { recursive: true });

const chunks = Object.entries(manifest);
const [entry] = chunks.find(([, { isEntry }]) => isEntry);
const pages = chunks.filter(([name]) => /^src\/[a-z-]+-page\.tsx$/.test(name)).map(([name]) => name);
// What the hook loads by itself, in staging and once there is a session, counts too. What is loaded when somebody comes by
// it does not: the steps of a sign-in, the parts of an account, the accounts where a page shows them instead of its form.
const ofTheHook = chunks.map(([name]) => name).filter((name) => /\/(events|credential)\.js$/.test(name));
const always = [entry, ...ofTheHook];

let isFine = pages.length > 0 && ofTheHook.length === 2;
for (const page of pages) {
  const files = new Set([...always, page].flatMap((name) => [...filesOf(name)]));
  const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length, 0);
  console.log(`${page}: ${bytes} of ${LIMIT_BYTES} bytes of script, gzipped`);
  isFine &&= bytes <= LIMIT_BYTES;
}
process.exitCode = isFine ? 0 : 1;

/** A chunk and everything that it imports at once. */
function filesOf(name, found = new Set(), seen = new Set()) {
  if (seen.has(name)) return found;
  seen.add(name);
  const { file, imports = [] } = manifest[name];
  found.add(file);
  for (const next of imports) filesOf(next, found, seen);
  return found;
}
