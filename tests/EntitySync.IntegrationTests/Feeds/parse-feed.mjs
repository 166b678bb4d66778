// Reads a feed from standard input with the npm package feedsmith, and writes what it understood as JSON.
// Arguments: folder with node_modules, then atom or json.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder, form] = process.argv.slice(2);
const { parseAtomFeed, parseJsonFeed } = createRequire(join(folder, 'package.json'))('feedsmith');
const text = readFileSync(0, 'utf8');
process.stdout.write(JSON.stringify(form === 'atom' ? parseAtomFeed(text) : parseJsonFeed(text)));
