/** Looks at what would be published. Exits with 1 when a promise about the package does not hold. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const [packed] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: root, encoding: 'utf8' }));
const files = packed.files.map(({ path }) => path);

holds(Object.keys(manifest.dependencies).join() === 'swr,uqr', 'swr, and uqr for QR codes, are the only dependencies');
holds(manifest.sideEffects.join() === './dist/ui/ui.css', 'nothing but the style sheet has side effects');
for (const [entry, targets] of Object.entries(manifest.exports)) {
  if (typeof targets === 'string') {
    holds(files.includes(targets.replace(/^\.\//, '')), `${entry} is published`);
    continue;
  }
  const [types, code] = [targets.types, targets.default].map((path) => path.replace(/^\.\//, ''));
  for (const path of [types, code]) {
    holds(existsSync(join(root, path)) && files.includes(path), `${entry}: ${path} is built and published`);
  }
  // Frameworks that render on a server look for it at the very beginning of the file that is imported. What servers
  // themselves call must not have it.
  const isOfClient = /^(['"])use client\1;/.test(readFileSync(join(root, code), 'utf8'));
  holds(isOfClient === (entry !== './scope'), `${entry} begins with "use client" unless it is for servers`);
}
holds(files.includes('README.md'), 'README.md is published');
const stray = files.filter((path) => !/^(dist\/.*\.(js|d\.ts)|dist\/ui\/ui\.css|package\.json|README\.md)$/.test(path));
holds(stray.length === 0, `nothing else is published: ${stray.join(', ')}`);
if (!process.exitCode) console.log(`${packed.name}: ${files.length} files, ${packed.unpackedSize} bytes`);

function holds(isSo, promise) {
  if (isSo) return;
  console.error(`Not so: ${promise}`);
  process.exitCode = 1;
}
