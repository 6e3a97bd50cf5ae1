import { setTimeout as sleep } from 'node:timers/promises';
import { authorizeScim } from '../../shared/access/authorize-scim.ts';
import type { EntraTokens } from '../../shared/access/entra-tokens.ts';
import type { Registry } from '../../shared/admin/registry.ts';
import { directoryMemory } from '../../shared/directory/directory-context.ts';
import type { DirectoryStore } from '../../shared/directory/directory-store.ts';
import { scimDirectory } from '../../shared/directory/scim-directory.ts';
import type { ScimPorts } from '../../shared/scim/serve.ts';
import type { RequestRecorder } from '../../shared/storage/request-log-recorder.ts';
import { metrics } from '../metrics.ts';
import type { Settings } from '../settings.ts';
import { random } from './randomness.ts';

/** What several ports are made of. */
export interface Parts {
  readonly settings: Settings;
  readonly registry: Registry;
  readonly directories: DirectoryStore;
  readonly tokens: EntraTokens;
  readonly recorder: RequestRecorder;
}

export function scimPorts({ settings, registry, directories, tokens, recorder }: Parts): ScimPorts {
  const memory = directoryMemory();
  const access = {
    directoryAccess: registry.directoryAccess,
    entraTokens: tokens,
    now: random.now,
    keyUsed: recorder.keyUsed,
    callRefused: recorder.callRefused,
    callToNone: () => metrics.count('scim-calls-without-directory', 1),
  };
  return {
    authorize: (directoryId, authorization) => authorizeScim(directoryId, authorization, access),
    directory: (directory, caller) =>
      scimDirectory(directories, {
        ...random,
        directory,
        settings: async () => (await caller()).settings,
        onNesting: () => registry.markNesting(directory),
        sleep,
        memory,
      }),
    record: recorder.record,
    publicOrigin: settings.PUBLIC_ORIGIN,
    now: random.now,
  };
}
