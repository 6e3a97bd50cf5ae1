import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../docs/decisions');

/** The decisions by number, each by its heading. */
export async function decisionIndex(): Promise<string> {
  const files = readdirSync(folder).filter((name) => /^\d{4}-.*\.md$/.test(name));
  const rows = files.toSorted().map((name) => {
    const heading = /^# (.+)$/m.exec(readFileSync(join(folder, name), 'utf8'))?.[1] ?? name;
    return `- [${heading}](${name})`;
  });
  return rows.join('\n');
}
