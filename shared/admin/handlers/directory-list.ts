import type { DirectoryId, OrganizationId } from '../../model/ids.ts';
import { apart, type Failure } from '../apart.ts';
import type { Answer, Call } from '../call.ts';
import { pageBody, positionOf } from '../cursors.ts';
import { all } from '../every-page.ts';
import { expiringPage } from '../expiring.ts';
import type { AdminPorts } from '../ports.ts';
import type { DirectoryRecord, Page, PageOf, UnreadDirectory } from '../registry.ts';
import { mustExist, summary } from './directory-answer.ts';

/** Every directory is listed: one that does not answer, or not in time, as far as it is known. */
export async function listDirectories({ params, query, ports }: Call<'listDirectories'>): Promise<Answer> {
  const { organizationId } = params;
  await mustExist(organizationId, ports);
  const page = { after: positionOf(query.cursor), limit: query.limit };
  const { items, next } =
    query.expiring === undefined
      ? await ports.registry.listedDirectories(organizationId, page)
      : await expiring(organizationId, { ...page, days: query.expiring }, ports);
  const failures: Failure[] = [];
  const shown = await Promise.all(items.map((item) => shownApart({ organizationId, item, failures, ports })));
  return { body: pageBody(shown, next), failures };
}

interface Listing {
  readonly organizationId: OrganizationId;
  readonly item: DirectoryRecord | UnreadDirectory;
  readonly failures: Failure[];
  readonly ports: AdminPorts;
}

async function shownApart({ organizationId, item, failures, ports }: Listing): Promise<object> {
  const at = { organizationId, directoryId: item.id };
  let shown: object | undefined;
  await apart(failures, at, async () => {
    if ('unread' in item) throw item.unread;
    shown = await inTime(summary(item, ports), item.id);
  });
  return shown ?? unknownDirectory(organizationId, item);
}

/** Unknown is not empty: what its rows would say is left out. */
function unknownDirectory(organizationId: OrganizationId, item: Listing['item']) {
  const unknown = { id: item.id, organizationId, state: 'unknown' as const };
  if ('unread' in item) return unknown;
  const { kind, name, created, lastModified } = item;
  return { ...unknown, kind, name, created, lastModified };
}

async function inTime<T>(shown: Promise<T>, id: DirectoryId): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`${id} did not answer within ${answerMilliseconds} ms`);
    timer = setTimeout(() => reject(error), answerMilliseconds);
  });
  try {
    return await Promise.race([shown, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Storage that is well answers within a tenth of it, and a person waits no longer for a list. */
const answerMilliseconds = 5000;

/** Directories whose keys stop working, by the moment at which the last key of each does. */
async function expiring(
  organizationId: OrganizationId,
  page: PageOf & { readonly days: number },
  { registry, random }: AdminPorts,
): Promise<Page<DirectoryRecord>> {
  const directories = await all((at) => registry.directories(organizationId, at), directoriesAtOnce);
  return expiringPage(directories, page, random.now());
}

const directoriesAtOnce = 1000;
