import { entra } from './entra.ts';
import { monitoring } from './monitoring.ts';
import { network } from './network.ts';
import type { Shape } from './shape.ts';
import { identityAndRights, site } from './site.ts';
import { storage, vault } from './state.ts';

/**
 * The resource types and versions that the templates use, with the properties each takes at the places the templates use, as
 * the published type definitions of Azure and of Microsoft Graph for Bicep have them. What is not here yet is looked up there first.
 */
export const shapes: { readonly [typeAtVersion: string]: Shape } = {
  ...storage,
  ...vault,
  ...identityAndRights,
  ...site,
  ...network,
  ...monitoring,
  ...entra,
};
