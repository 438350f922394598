/**
 * Writes `dist/preload.json`: what each page loads beside the frame of all of them. The server names it in the page's head,
 * so that a browser asks for all of it at once, and not for each file when another one has said that it is needed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Pages whose files are named otherwise. */
const NAMES = { magic: 'magic-link', forgot: 'forgot-password' };

const dist = join(import.meta.dirname, '../dist');
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
const [entry] = Object.entries(manifest).find(([, { isEntry }]) => isEntry);
const ofTheFrame = new Set([manifest[entry].file]);

const preload = {};
for (const name of Object.keys(manifest)) {
  const [, page] = /^src\/([a-z-]+)-page\.tsx$/.exec(name) ?? [];
  if (page) preload[NAMES[page] ?? page] = [...filesOf(name)].filter((file) => !ofTheFrame.has(file));
}
writeFileSync(join(dist, 'preload.json'), JSON.stringify(preload));

/** The file of a chunk, and of everything that it imports at once. */
function filesOf(name, found = new Set()) {
  const { file, imports = [] } = manifest[name];
  if (found.has(file)) return found;
  found.add(file);
  for (const next of imports) filesOf(next, found);
  return found;
}
