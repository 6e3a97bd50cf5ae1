/**
 * A query value the way .NET's `HttpUtility.UrlEncode` writes it: `+` for a space, lower-case hexadecimal digits,
 * and only letters, digits and `- _ . ! * ( )` left as they are. An unpaired surrogate becomes U+FFFD, as there.
 */
export function urlEncode(text: string): string {
  let encoded = '';
  for (const byte of new TextEncoder().encode(text)) {
    const character = String.fromCharCode(byte);
    if (byte === 0x20) encoded += '+';
    else if (/[A-Za-z0-9\-_.!*()]/.test(character)) encoded += character;
    else encoded += `%${byte.toString(16).padStart(2, '0')}`;
  }
  return encoded;
}

/** A filter as the client composes it: the value in quotes, whatever it holds, without any escaping. */
export const equalityFilter = (attribute: string, value: string): string => `${attribute} eq "${value}"`;
