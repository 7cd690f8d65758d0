/** `column stats`: how much columns take, and why. */

import { openAttribute } from "../attribute/attribute.js";
import type { SlotCounts } from "../attribute/mounted-column.js";
import { type ColumnOptions, planColumn } from "../attribute/options.js";
import { nodeStorage } from "../storage/node.js";
import type { Arguments } from "./arguments.js";
import { columnDirectory, listColumns, readColumn } from "./column-record.js";
import { lookAt } from "./directory.js";
import { CliError, exitCodes } from "./failure.js";
import { stringify } from "./json.js";
import { countText, sizeText, tableLines } from "./numbers.js";
import type { Output } from "./output.js";

interface ColumnFacts {
  readonly name: string;
  readonly options: ColumnOptions;
  readonly bytes: number;
  /** Bytes without compression of values or offsets, and with 4 bytes an offset. */
  readonly plainBytes: number;
  readonly slots: SlotCounts | undefined;
}

const offsetBytes = 4;
const bitmapGroup = 64;

export async function showColumns(given: Arguments, output: Output): Promise<number> {
  const location = given.words[1] as string;
  const storage = nodeStorage(location);
  if (lookAt(location) !== "directory") {
    throw new CliError("NOT_FOUND", exitCodes.index, `No directory ${location}. Check the path.`, {
      directory: location,
    });
  }
  const columns: ColumnFacts[] = [];
  for (const name of await listColumns(storage)) {
    const options = await readColumn(storage, name);
    const attribute = await openAttribute(storage, columnDirectory(name), options);
    const { fileBytes, slots } = attribute;
    const bytes = [...fileBytes.values()].reduce((sum, size) => sum + size, 0);
    columns.push({ name, options, bytes, plainBytes: plainBytesOf(options, fileBytes), slots });
    attribute.close();
  }
  for (const line of given.has("json") ? [asJson(location, columns)] : asTable(location, columns)) output.line(line);
  await output.flush();
  return exitCodes.ok;
}

function plainBytesOf(options: ColumnOptions, fileBytes: ReadonlyMap<string, number>): number {
  const { isItems, isNullable, shape, documentCount } = planColumn(options);
  if (isItems) return (fileBytes.get("data") ?? 0) + (documentCount + 1) * offsetBytes;
  const bitmaps = isNullable ? Math.ceil(documentCount / bitmapGroup) * 8 : 0;
  return documentCount * (shape?.valueBytes ?? 0) + bitmaps;
}

const ratioOf = ({ bytes, plainBytes }: ColumnFacts): number => (plainBytes === 0 ? 1 : bytes / plainBytes);

function asJson(location: string, columns: readonly ColumnFacts[]): string {
  return stringify({
    directory: location,
    columns: columns.map((column) => ({
      name: column.name,
      ...column.options,
      bytes: column.bytes,
      ratio: ratioOf(column),
      ...(column.slots === undefined
        ? {}
        : {
            slotItems: column.slots.slotItemCount,
            slots: column.slots.slotCount,
            equalSlots: column.slots.equal,
            slotsByBits: Object.fromEntries(column.slots.byBits),
          }),
    })),
  });
}

function asTable(location: string, columns: readonly ColumnFacts[]): string[] {
  const rows = columns.map((column) => [
    column.name,
    `${column.options.type}${column.options.multi ? "[]" : ""}`,
    countText(column.options.documentCount),
    sizeText(column.bytes),
    ratioOf(column).toFixed(3),
    column.slots === undefined ? "" : String(column.slots.slotItemCount),
    column.slots === undefined ? "" : widthsText(column.slots),
  ]);
  const head = ["column", "type", "documents", "size", "ratio", "slot", "slots by bits"];
  return rows.length === 0 ? [`${location}: no columns`] : [location, "", ...tableLines([head, ...rows])];
}

/** `equal 12, 4: 30, 8: 2`. */
function widthsText({ equal, byBits }: SlotCounts): string {
  const parts = [...byBits].map(([bits, count]) => `${bits}: ${countText(count)}`);
  return [...(equal > 0 ? [`equal ${countText(equal)}`] : []), ...parts].join(", ");
}
