import { type Azurite, startAzurite } from '../../tools/embedded/azurite.ts';

declare global {
  var azuriteOfTests: Azurite | undefined;
}

/** One emulator for the whole test run; suites keep apart by table names and directory ids. */
export default async function startAzuriteOnce(): Promise<void> {
  const azurite = await startAzurite({ kind: 'memory' });
  globalThis.azuriteOfTests = azurite;
  process.env['TEST_STORAGE_CONNECTION_STRING'] = azurite.connectionString;
}
