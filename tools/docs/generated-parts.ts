import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { architecturePicture } from './architecture-picture.ts';
import { costTable } from './cost.ts';
import { costSummary } from './cost-summary.ts';
import { decisionIndex } from './decision-index.ts';
import { limitsTable } from './limits.ts';
import { priceTable } from './prices.ts';
import { settingsTable } from './settings.ts';
import { standingCostTable } from './standing-cost.ts';

/** Part of a document that is made from the code, between two markers: `<!-- generated: NAME -->` and `<!-- end: NAME -->`. */
export interface GeneratedPart {
  readonly name: string;
  /** Path of the document from the repository's root. */
  readonly document: string;
  readonly render: () => Promise<string>;
}

export const generatedParts: readonly GeneratedPart[] = [
  { name: 'architecture-picture', document: 'docs/architecture.md', render: architecturePicture },
  { name: 'decisions', document: 'docs/decisions/README.md', render: decisionIndex },
  { name: 'settings', document: 'docs/settings.md', render: settingsTable },
  { name: 'cost', document: 'docs/cost.md', render: costTable },
  { name: 'standing-cost', document: 'docs/cost.md', render: standingCostTable },
  { name: 'prices', document: 'docs/cost.md', render: priceTable },
  { name: 'cost-summary', document: 'README.md', render: costSummary },
  { name: 'limits', document: 'README.md', render: limitsTable },
];

const root = join(import.meta.dirname, '../..');

/** What the document says now, and what it should say. */
export async function compare(part: GeneratedPart): Promise<{ readonly now: string; readonly due: string }> {
  const text = readFileSync(join(root, part.document), 'utf8');
  const [start, end] = markers(part.name);
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${part.document} lacks the markers of ${part.name}`);
  return { now: text.slice(from + start.length, to).trim(), due: (await part.render()).trim() };
}

/** Writes the part into its document; true when that changed it. */
export async function refresh(part: GeneratedPart): Promise<boolean> {
  const { now, due } = await compare(part);
  if (now === due) return false;
  const path = join(root, part.document);
  const [start, end] = markers(part.name);
  const text = readFileSync(path, 'utf8');
  const from = text.indexOf(start) + start.length;
  writeFileSync(path, `${text.slice(0, from)}\n\n${due}\n\n${text.slice(text.indexOf(end))}`);
  return true;
}

const markers = (name: string) => [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`] as const;
