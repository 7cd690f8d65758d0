/** Figures for people; JSON gets the plain numbers. */

const grouped = new Intl.NumberFormat("en-US");

/** `1,234,567`. */
export function countText(count: number): string {
  return grouped.format(count);
}

/** `12.3 MB`. */
export function sizeText(byteLength: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let size = byteLength;
  for (; size >= 1000 && unit < units.length - 1; unit++) size /= 1000;
  return `${unit === 0 ? countText(size) : size.toFixed(1)} ${units[unit]}`;
}

/** Lines of names and figures, the figures right-aligned. */
export function factLines(facts: readonly (readonly [name: string, figure: string, note?: string])[]): string[] {
  const nameWidth = Math.max(...facts.map(([name]) => name.length));
  const figureWidth = Math.max(...facts.map(([, figure]) => figure.length));
  return facts.map(([name, figure, note = ""]) =>
    `  ${name.padEnd(nameWidth)}  ${figure.padStart(figureWidth)}  ${note}`.trimEnd(),
  );
}

/** Lines of a table: the first column left-aligned, the others right; the first row is its head. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ")}`.trimEnd(),
  );
}
