import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { type RunView, RunView as RunViewSchema } from '../../shared/admin/run-history.ts';
import { DirectoryId } from '../../shared/model/ids.ts';
import { adminCall, type Service } from './admin-calls.ts';

export interface NestedDirectory {
  readonly service: Service;
  readonly id: DirectoryId;
}

/** What the admin saw of the tenant before anything was written. */
export interface Preview {
  readonly tenant: string;
  readonly domains: number;
}

/** Connects a tenant as an admin would: create, acknowledge, look, confirm what was seen. Called again after an outage it goes on. */
export async function connectTenant(
  service: Service,
  { name, tenantId }: { readonly name: string; readonly tenantId: string },
): Promise<{ readonly directory: NestedDirectory; readonly preview: Preview }> {
  const directory = (await directoryNamed(service, name)) ?? (await makeDirectory(service, name, tenantId));
  const of = `/directories/${directory.id}`;
  await adminCall(service, `${of}:acknowledge`, { method: 'POST' });
  const preview = Preview.parse(await adminCall(service, `${of}/preview`));
  await adminCall(service, `${of}:confirm`, { method: 'POST', body: { hash: preview.hash } });
  return {
    directory,
    preview: { tenant: preview.tenant.displayName, domains: preview.domains.length },
  };
}

async function directoryNamed(service: Service, name: string): Promise<NestedDirectory | undefined> {
  const { items } = Directories.parse(await adminCall(service, '/directories?limit=100'));
  const found = items.find((directory) => directory.name === name);
  return found && { service, id: found.id };
}

const Directories = z.looseObject({ items: z.array(z.looseObject({ id: DirectoryId, name: z.string() })) });

/** With runs by hand at first, so that no timer begins one between the rounds of change. */
async function makeDirectory(service: Service, name: string, tenantId: string): Promise<NestedDirectory> {
  const created = await adminCall(service, '/directories', {
    method: 'POST',
    body: { name, kind: 'nested', connection: { tenantId }, settings: { intervalMinutes: 0 } },
  });
  return { service, id: DirectoryId.parse(created['id']) };
}

const Preview = z.looseObject({
  tenant: z.looseObject({ displayName: z.string() }),
  domains: z.array(z.unknown()),
  hash: z.string(),
});

/** Starts a run and follows it to its end. */
export async function runNow(
  directory: NestedDirectory,
  onProgress: (run: RunView) => void,
): Promise<RunView> {
  const { service, id } = directory;
  const started = await adminCall(service, `/directories/${id}/runs`, { method: 'POST', body: {} });
  return await followRun(directory, { runId: RunViewSchema.parse(started).id, onProgress });
}

/** The run that is going on or waits for a person, if any. */
export async function activeRun({
  service,
  id,
}: {
  readonly service: Service;
  readonly id: string;
}): Promise<string | undefined> {
  return Runs.parse(await adminCall(service, `/directories/${id}`)).runs.active;
}

const Runs = z.looseObject({ runs: z.looseObject({ active: z.string().optional() }) });

/** Follows a run to its end; a plan above a threshold is looked at and approved. */
export async function followRun(
  { service, id }: NestedDirectory,
  { runId, onProgress }: { readonly runId: string; readonly onProgress: (run: RunView) => void },
): Promise<RunView> {
  const runs = `/directories/${id}/runs`;
  for (;;) {
    const run = RunViewSchema.parse(await adminCall(service, `${runs}/${runId}`));
    onProgress(run);
    if (run.status === 'awaiting-approval' && run.plan !== undefined) {
      await adminCall(service, `${runs}/${run.id}:approve`, {
        method: 'POST',
        body: { planHash: run.plan.hash },
      });
    } else if (run.status !== 'running') return run;
    await pause(pollMilliseconds);
  }
}

const pollMilliseconds = 150;

/** From now on a timer starts the runs. */
export const letTimerRun = async ({ service, id }: NestedDirectory): Promise<unknown> =>
  await adminCall(service, `/directories/${id}/sync-settings`, {
    method: 'PATCH',
    ifMatch: '*',
    body: { intervalMinutes: 15 },
  });

/** Effective members of one group as the admin API tells them, by page. */
export async function membersOverApi({ service, id }: NestedDirectory, group: string): Promise<Set<string>> {
  const users = new Set<string>();
  for (let cursor: string | undefined; ; ) {
    const next: string = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = MemberPage.parse(
      await adminCall(service, `/directories/${id}/groups/${group}/members?limit=1000${next}`),
    );
    for (const member of page.items) users.add(member.id);
    if (page.nextCursor === undefined) return users;
    cursor = page.nextCursor;
  }
}

const MemberPage = z.looseObject({
  items: z.array(z.looseObject({ id: z.string() })),
  nextCursor: z.string().optional(),
});

/** Why a user is in a group: the ways down from the group, by group ids. */
export async function waysOverApi(
  { service, id }: NestedDirectory,
  { group, user }: { readonly group: string; readonly user: string },
): Promise<readonly (readonly string[])[]> {
  const answer = await adminCall(service, `/directories/${id}/explain?user=${user}&group=${group}`);
  return z.looseObject({ paths: z.array(z.array(z.string())) }).parse(answer).paths;
}
