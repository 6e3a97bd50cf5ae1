import { z } from 'zod';

/**
 * Ids of the product. All are made by the server and opaque to callers (CVE-2025-41115 is what happens otherwise).
 * Organizations, directories, keys and runs carry a prefix and sort by creation; directory objects are UUIDs.
 */
export const OrganizationId = z
  .string()
  .regex(/^org_[0-9a-f]{32}$/)
  .brand<'OrganizationId'>();
export type OrganizationId = z.infer<typeof OrganizationId>;

export const DirectoryId = z
  .string()
  .regex(/^dir_[0-9a-f]{32}$/)
  .brand<'DirectoryId'>();
export type DirectoryId = z.infer<typeof DirectoryId>;

export const KeyId = z
  .string()
  .regex(/^key_[0-9a-f]{32}$/)
  .brand<'KeyId'>();
export type KeyId = z.infer<typeof KeyId>;

export const RunId = z
  .string()
  .regex(/^run_[0-9a-f]{32}$/)
  .brand<'RunId'>();
export type RunId = z.infer<typeof RunId>;

/**
 * A directory user or group: a lower-case UUID. In a `scim` directory the version nibble tells them apart
 * (7 user, 8 group), so that a member's kind is known without a read; in a `nested` one it is the Entra object id.
 */
export const UserId = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  .brand<'UserId'>();
export type UserId = z.infer<typeof UserId>;

export const GroupId = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  .brand<'GroupId'>();
export type GroupId = z.infer<typeof GroupId>;

export type MemberKind = 'user' | 'group';

export type MemberRef =
  | { readonly kind: 'user'; readonly id: UserId }
  | { readonly kind: 'group'; readonly id: GroupId };
