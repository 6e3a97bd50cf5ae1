import type { ExternalUser } from '../sync/run-log.ts';

/** RFC 4180, for people to review: the first line names the columns (XA-44). */
export const csvHead = 'mail,id,active,groups\r\n';

export const csvLine = ({ mail, id, active, groups, moreGroups = 0 }: ExternalUser): string => {
  const more = moreGroups === 0 ? [] : [`and ${moreGroups} more`];
  const cells = [mail, id, String(active), [...groups.map(harmless), ...more].join(' | ')];
  return `${cells.map((cell) => quoted(harmless(cell))).join(',')}\r\n`;
};

/**
 * Text that a spreadsheet might take for a formula begins with an apostrophe instead, each name by itself, so that no other cutting
 * of the line makes a formula of one. Control characters become spaces.
 */
function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  const shown = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
  return /^\s*[=+\-@＝＋－＠|%]/u.test(shown) ? `'${shown}` : shown;
}

const quoted = (cell: string): string =>
  /[",;']|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
