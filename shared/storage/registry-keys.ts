import type { AdminScope } from '../access/admin-access.ts';
import { foldedKey } from '../model/folding.ts';
import type { DirectoryId, KeyId } from '../model/ids.ts';
import { keyText } from './key-text.ts';

/**
 * Table `registry`. An organization's partition (or `installation`'s, for what belongs to none) holds the truth and its audit:
 * `o` organization, `m` how it is provisioned, `n|name` → directory, `d|id` directory, `k|id` admin key, `h` audit head, `a|number|id` audit entries.
 * A directory's and an admin key's own partition hold what the key check reads in one point read: `access`.
 */
export const organizationKey = 'o';
export const auditHeadKey = 'h';
export const accessKey = 'access';
export const modesKey = 'm';
export const organizationsPartition = 'organizations';
export const nestedDirectoriesPartition = 'nested-directories';
export const nameKey = (name: string) => `n|${keyText(foldedKey(name))}`;
export const directoryKey = (id: DirectoryId) => `d|${id}`;
export const adminKeyKey = (id: KeyId) => `k|${id}`;
export const auditKey = (sequence: number, id: string) => `${auditKeyBefore(sequence)}${id}`;
/** Before every key of this number. */
export const auditKeyBefore = (sequence: number) => `a|${String(sequence).padStart(12, '0')}|`;
export const scopePartition = (scope: AdminScope) => (scope === 'all' ? 'installation' : scope);
export const adminKeyPartition = (hash: string) => `adm_${hash}`;
/** The end of the keys that begin with `prefix|`. */
export const endOf = (prefix: 'a' | 'd' | 'k' | 'i') => `${prefix}}`;
