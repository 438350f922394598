/** Lists the hook's rules that are built and that no test title begins with. Exits with 1 when there is one. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The rules of the hook that hold by now; docs/ says what each means. A rule joins when its first code does. */
const BUILT = [
  'H01 H02 H03 H04 H05 H06',
  'H10 H11 H12 H13 H14 H15 H17 H18',
  'H20 H21 H22 H24',
  'H30 H31 H32 H33 H34',
].flatMap((line) => line.split(' '));

const root = join(import.meta.dirname, '../../..');
const tests = ['packages/react/test', 'e2e'].flatMap((folder) => testFiles(join(root, folder)));
const titles = tests.map((file) => readFileSync(file, 'utf8')).join('\n');
const missing = BUILT.filter((rule) => !new RegExp(`\\(\\s*['"\`]${rule}\\b`).test(titles));

if (missing.length > 0) {
  console.error(`No test title begins with: ${missing.join(', ')}`);
  process.exitCode = 1;
} else {
  console.log(`${BUILT.length} rules, each with a test, in ${tests.length} files`);
}

function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : testFiles(path);
    return /\.(test|spec)\.[jt]sx?$/.test(entry.name) ? [path] : [];
  });
}
