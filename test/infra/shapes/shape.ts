/** What a property takes: a kind, one of some words, a list of shapes, or properties; `!` after a name marks one that must be there. */
export type Shape =
  | 'string'
  | 'int'
  | 'bool'
  | 'any'
  | { readonly oneOf: readonly string[] }
  | { readonly listOf: Shape }
  | { readonly has: { readonly [property: string]: Shape } };

export const has = (properties: { readonly [property: string]: Shape }): Shape => ({ has: properties });
export const listOf = (item: Shape): Shape => ({ listOf: item });
export const oneOf = (...words: readonly string[]): Shape => ({ oneOf: words });
export const strings = listOf('string');
export const onOff = oneOf('Enabled', 'Disabled');
export const reference = has({ 'id!': 'string' });

/** A resource beside others (`parent`) or on another (`scope`), without a place of its own. */
export const child = (properties?: Shape, more: { readonly [property: string]: Shape } = {}): Shape =>
  has({ 'name!': 'string', parent: 'any', scope: 'any', ...(properties && { properties }), ...more });
export const placed = (properties?: Shape, more: { readonly [property: string]: Shape } = {}): Shape =>
  child(properties, { 'location!': 'string', tags: 'any', ...more });
/** Who may reach an account or a vault over the network. */
export const acls = (item: Shape): Shape =>
  has({
    bypass: oneOf('AzureServices', 'None'),
    'defaultAction!': oneOf('Allow', 'Deny'),
    ipRules: listOf(item),
    virtualNetworkRules: listOf(item),
  });
