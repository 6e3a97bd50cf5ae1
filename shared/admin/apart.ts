import type { DirectoryId, OrganizationId } from '../model/ids.ts';
import { every } from './every-page.ts';
import type { DirectoryRecord, NestedDirectoryRecord, Registry } from './registry.ts';

/** What was thrown where one of many was looked after. */
export interface Failure {
  /** Neither: of the whole installation. */
  readonly at: { readonly organizationId?: OrganizationId; readonly directoryId?: DirectoryId };
  readonly error: unknown;
}

/**
 * Does something for one of many. What it throws is put aside, so that all others have their turn; whoever began it tells of the
 * failures when the last one had his.
 */
export async function apart(
  failures: Failure[],
  at: Failure['at'],
  act: () => Promise<unknown>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    failures.push({ at, error });
  }
}

/** Does something for every nested directory of every organization, each apart from the others; what failed. */
export async function eachNested(
  registry: Pick<Registry, 'nestedDirectories' | 'directory'>,
  act: (record: NestedDirectoryRecord) => Promise<void>,
): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  for await (const { id, organizationId } of every((page) => registry.nestedDirectories(page)))
    await apart(failures, { organizationId, directoryId: id }, async () => {
      const record = await registry.directory(organizationId, id);
      if (record?.kind === 'nested') await act(record);
    });
  return failures;
}

/** Does something for every directory that was not deleted, each apart from the others; what failed. */
export async function eachDirectory(
  registry: Pick<Registry, 'organizationIds' | 'directories'>,
  act: (record: DirectoryRecord) => Promise<void>,
): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  for await (const organizationId of every((page) => registry.organizationIds(page)))
    await apart(failures, { organizationId }, async () => {
      for await (const record of every((page) => registry.directories(organizationId, page)))
        await apart(failures, { organizationId, directoryId: record.id }, () => act(record));
    });
  return failures;
}

/** For an answer that speaks of failures only when there are any. */
export const failuresOf = (failures: readonly Failure[]) => (failures.length === 0 ? {} : { failures });
