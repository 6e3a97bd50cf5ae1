/**
 * The one comparison key of names: userName, e-mail, displayName of groups, names of directories.
 * NFKC, full case folding, trimmed; idempotent, independent of locale. What was sent is kept beside it.
 * Compatibility forms fall together (full width, ligatures); look-alikes of other scripts and the dotless i do not.
 */
export function foldedKey(text: string): string {
  // Most names are plain ASCII, for which all of this is lower case.
  if (ascii.test(text)) return text.trim().toLowerCase();
  let key = text;
  // A few characters decompose only after folding; two rounds reach the fixed point, the third proves it.
  for (let round = 0; round < 3; round++) {
    const next = foldCase(key.normalize('NFKC')).normalize('NFKC').trim();
    if (next === key) break;
    key = next;
  }
  return key;
}

/** Unicode full case folding by way of upper case; each character alone, so that a final sigma is like any other. */
function foldCase(text: string): string {
  let folded = '';
  for (const character of text) {
    folded += character === 'ı' ? character : character.toUpperCase().toLowerCase();
  }
  return folded;
}

const ascii = /^[ -~]*$/;
