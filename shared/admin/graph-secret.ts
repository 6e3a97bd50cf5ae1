/** The secret or certificate by which the installation signs in to tenants, by its setting; its value is never here. */
export interface GraphSecret {
  readonly setting: string;
  /** RFC 3339; known of certificates. */
  readonly created?: string;
  /** RFC 3339; absent when nobody has said it. */
  readonly expires?: string;
}

/** How a directory shows it. */
export const secretView = ({ setting, expires }: GraphSecret, now: number) => ({
  setting,
  ...(expires === undefined ? {} : { expires, daysLeft: Math.max(0, daysUntil(expires, now)) }),
});

/** What an admin should know of it, by code. */
export function secretHints(secret: GraphSecret | undefined, now: number) {
  const end = secret?.expires;
  const days = end === undefined ? undefined : daysUntil(end, now);
  const name = secret?.setting;
  return {
    secret_expired: days !== undefined && days <= 0 && `${name} expired at ${end}: put a new one there.`,
    secret_expires_soon:
      days !== undefined && days > 0 && days <= hintDays && `${name} expires in ${days} days.`,
    secret_expiry_unknown:
      secret !== undefined &&
      end === undefined &&
      `When ${name} expires is not known, so nobody is told before: say it in the setting ${name}_EXPIRES.`,
  };
}

/** Whole days until then, begun ones counted. */
export const daysUntil = (time: string, now: number): number =>
  Math.ceil((Date.parse(time) - now) / 86_400_000);

const hintDays = 30;
