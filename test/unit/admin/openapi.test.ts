import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { operations } from '../../../shared/admin/contract.ts';
import { openApiDocument } from '../../../shared/admin/openapi.ts';
import { committedDocument, committedPath } from '../../../tools/openapi/document.ts';

test('docs/openapi.json is what the contract says; else run node tools/openapi/write.ts', () => {
  expect(readFileSync(committedPath, 'utf8')).toBe(committedDocument());
});

test('every operation is described with its id, a summary, the callers it needs and what may go wrong', () => {
  const document = openApiDocument();
  const described = Object.values(document.paths ?? {}).flatMap((path) =>
    Object.values(path as Record<string, { operationId: string; summary: string; responses: object }>),
  );
  expect(described.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(operations).sort());
  for (const { summary, responses } of described) {
    expect(summary.length).toBeGreaterThan(10);
    expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403', '404', '429']));
  }
});

test('the description passes the strict lint', async () => {
  const environment = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  const { stderr } = await promisify(execFile)(
    process.execPath,
    ['node_modules/@redocly/cli/bin/cli.js', 'lint', '--format=json'],
    { env: environment },
  );
  expect(stderr).not.toMatch(/Validation failed/);
});
