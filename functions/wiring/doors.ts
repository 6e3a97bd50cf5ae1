import { admission } from '../../shared/access/admission.ts';
import { type Door, door } from '../../shared/access/door.ts';
import { loginAttempts } from '../../shared/access/login-attempts.ts';
import { limits } from '../../shared/model/limits.ts';

/** Bounds of this process: a platform that adds processes adds room. */
export function doors(now: () => number): { readonly scimDoor: Door; readonly adminDoor: Door } {
  const scim = admission({
    runningMax: limits.scimRequestsRunningMax,
    runningPerLaneMax: limits.scimRequestsRunningPerDirectoryMax,
    waitingMax: limits.scimRequestsWaitingMax,
    waitingPerLaneMax: limits.scimRequestsWaitingPerDirectoryMax,
  });
  const admin = admission({
    runningMax: limits.adminRequestsRunningMax,
    runningPerLaneMax: limits.adminRequestsRunningPerCallerMax,
    waitingMax: limits.adminRequestsWaitingMax,
    waitingPerLaneMax: limits.adminRequestsWaitingPerCallerMax,
  });
  const attempts = loginAttempts({
    burst: limits.failedLoginsBurst,
    perSecond: limits.failedLoginsPerSecond,
  });
  return { scimDoor: door({ admission: scim, now }), adminDoor: door({ admission: admin, attempts, now }) };
}
