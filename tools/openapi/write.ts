import { writeFileSync } from 'node:fs';
import { committedDocument, committedPath } from './document.ts';

// Brings docs/openapi.json in line with the contract: node tools/openapi/write.ts
writeFileSync(committedPath, committedDocument());
