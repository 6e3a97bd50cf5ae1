import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SmokeClient } from './client.ts';

/** The host of a deployment, asked with its own master key, and what it should have. */
export interface HostAsked {
  readonly key: string;
  readonly functions: readonly string[];
}

/** A package that does not load is a green deployment without functions: the host itself says which it has (platform rules §1.1). */
export async function checkFunctions(
  client: SmokeClient,
  origin: string,
  { key, functions }: HostAsked,
): Promise<void> {
  const url = `${origin}/admin/functions`;
  const listed: unknown = await client.ask({
    step: 'function list',
    method: 'GET',
    url,
    hostKey: key,
    expect: [200],
  });
  if (listed === undefined) return;
  const has = new Set(
    (Array.isArray(listed) ? listed : []).map((one: { name?: unknown }) => String(one.name)),
  );
  const missing = functions.filter((name) => !has.has(name));
  if (missing.length > 0) client.fault(`the host does not have these functions: ${missing.join(', ')}`);
}

/** Names of the functions of a package, read as the worker would. */
export function packagedFunctions(directory: string): readonly string[] {
  const main = fileURLToPath(new URL('../list-functions.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, directory], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${directory} holds no package: npm run package makes it.\n${stderr}`);
  return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
}
