// npx node tools/docs/generate.ts: brings the generated parts of the documents up to date.
import { generatedParts, refresh } from './generated-parts.ts';

for (const part of generatedParts) {
  const changed = await refresh(part);
  console.log(`${changed ? 'written' : 'fresh  '} ${part.document} (${part.name})`);
}
