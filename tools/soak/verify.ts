import type { JsonObject } from '../../shared/model/json.ts';
import { readByCursor, type StoredDirectory } from '../main-job/read-back.ts';
import type { ScimSender } from '../simulated-tenant/provisioning/scim-sender.ts';
import type { Acknowledged } from './desk.ts';
import { assertUser } from './user-operations.ts';

/** Sentences about what was acknowledged and is not there, or is there and was not; empty when all of it is right. */
export async function lostWrites(sender: ScimSender, workers: readonly Acknowledged[]): Promise<string[]> {
  const stored = await readByCursor(sender);
  return [...wrongUsers(stored, workers), ...(await wrongGroups(sender, stored, workers))];
}

function wrongUsers({ users }: StoredDirectory, workers: readonly Acknowledged[]): string[] {
  const seen = new Map(users.map((user) => [String(user['id']), user]));
  const faults: string[] = [];
  for (const [id, facts] of workers.flatMap((worker) => [...worker.users])) {
    try {
      assertUser(facts, seen.get(id));
    } catch (fault) {
      faults.push(fault instanceof Error ? fault.message : String(fault));
    }
    seen.delete(id);
  }
  return [...faults, ...[...seen.values()].map((user) => `${user['userName']} is there and should not be`)];
}

async function wrongGroups(
  sender: ScimSender,
  { groups }: StoredDirectory,
  workers: readonly Acknowledged[],
): Promise<string[]> {
  const due = new Map<string, Set<string>>();
  for (const { groups: own, shared } of workers) {
    for (const [id, { members }] of own) due.set(id, members);
    for (const [id, members] of shared) due.set(id, new Set([...(due.get(id) ?? []), ...members]));
  }
  const faults: string[] = [];
  for (const id of groups.map((group) => String(group['id']))) {
    const expected = due.get(id);
    if (expected === undefined) faults.push(`group ${id} is there and should not be`);
    else faults.push(...(await wrongMembers(sender, id, expected)));
    due.delete(id);
  }
  return [...faults, ...[...due.keys()].map((id) => `group ${id} is lost`)];
}

async function wrongMembers(sender: ScimSender, id: string, due: ReadonlySet<string>): Promise<string[]> {
  const answer = await sender.send({ purpose: 'read', method: 'GET', path: `/Groups/${id}` });
  const listed = (answer.body?.['members'] ?? []) as readonly JsonObject[];
  const seen = new Set(listed.map(({ value }) => String(value)));
  const [lost, extra] = [[...due].filter((it) => !seen.has(it)), [...seen].filter((it) => !due.has(it))];
  return lost.length + extra.length === 0
    ? []
    : [`group ${id} lost ${lost.length} members and has ${extra.length} that it should not`];
}
