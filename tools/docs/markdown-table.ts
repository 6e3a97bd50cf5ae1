/** A Markdown table with its columns in line, as the formatter wants it. Columns after the first are to the right where `numbers` is set. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  numbers = false,
): string {
  const widths = header.map((_, column) =>
    Math.max(3, ...[header, ...rows].map((row) => (row[column] ?? '').length)),
  );
  const right = (column: number) => numbers && column > 0;
  const cell = (text: string, column: number) =>
    right(column) ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
  const line = (row: readonly string[]) =>
    `| ${widths.map((_, column) => cell(row[column] ?? '', column)).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    right(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}
