/** `column build`: a column of a field of a file's records. */

import { numericTypes } from "../attribute/numeric.js";
import type { ColumnOptions } from "../attribute/options.js";
import { type ColumnSummary, type ColumnValue, type PatchWriter, patchWriter } from "../attribute/patch-writer.js";
import { nodeStorage } from "../storage/node.js";
import type { Arguments } from "./arguments.js";
import { type Place, placeText } from "./blocks.js";
import { columnDirectory, listColumns, publishColumn, removeColumn } from "./column-record.js";
import { type Convert, converter, Mismatch } from "./convert.js";
import { checkTarget, rememberAbsent } from "./directory.js";
import { exitCodes, inputError, usageError } from "./failure.js";
import { type Format, formatOf, formats, openInput } from "./input.js";
import { listenForInterrupt } from "./interrupt.js";
import { quote, stringify } from "./json.js";
import { countText, factLines, sizeText } from "./numbers.js";
import type { Output } from "./output.js";
import { type Fields, openRows } from "./rows.js";

interface ColumnJob {
  readonly path: string;
  readonly format: Format;
  readonly field: string;
  readonly separator: string;
  readonly options: ColumnOptions;
  readonly signal: AbortSignal;
}

export async function buildColumn(given: Arguments, output: Output): Promise<number> {
  const [, location = "", name = ""] = given.words;
  checkTarget(location);
  const storage = nodeStorage(location);
  const directory = columnDirectory(name);
  const interrupt = listenForInterrupt();
  const removeMade = rememberAbsent(location);
  try {
    const job = await planJob(given, name, interrupt.signal);
    if ((await listColumns(storage)).includes(name)) {
      if (!given.has("replace")) {
        throw usageError(`${location} already holds a column ${quote(name)}. Add --replace, or choose another name.`, {
          directory: location,
          column: name,
        });
      }
      await removeColumn(storage, name);
    }
    const writer = patchWriter(storage, directory, job.options);
    const summary = await fill(writer, job);
    await publishColumn(storage, name, job.options);
    report(given, output, name, job.options, summary);
    await output.flush();
    return exitCodes.ok;
  } catch (cause) {
    removeMade();
    throw interrupt.error("there is no column.") ?? cause;
  } finally {
    interrupt.stop();
  }
}

async function planJob(given: Arguments, name: string, signal: AbortSignal): Promise<ColumnJob> {
  const types = ["string", ...numericTypes] as const;
  given.required("type", "the type of the values");
  const type = given.choice("type", types) as ColumnOptions["type"];
  const path = given.required("from", "the file that holds the values");
  const format = formatOf(path, given.choice("format", formats));
  const fixedCount = given.count("fixed-count");
  const documentCount = given.count("documents") ?? (await countRecords(path, format, signal));
  const multi = given.has("multi");
  const options: ColumnOptions = {
    type,
    multi,
    compress: given.text("compress") ?? "",
    nullable: given.has("nullable"),
    updatable: given.has("updatable") || (!multi && type !== "string"),
    ...(fixedCount === undefined ? {} : { fixedCount }),
    documentCount,
  };
  return {
    path,
    format,
    field: given.text("field") ?? name,
    separator: given.text("separator") ?? ";",
    options,
    signal,
  };
}

/** Records of a file that is read again afterwards. */
async function countRecords(path: string, format: Format, signal: AbortSignal): Promise<number> {
  if (path === "-") {
    throw usageError("--documents is missing: stdin cannot be read twice to count its records.", {
      option: "--documents",
    });
  }
  let count = 0;
  for await (const _ of records(path, format, signal)) count++;
  return count;
}

async function* records(path: string, format: Format, signal: AbortSignal): AsyncGenerator<readonly [Fields, Place]> {
  const input = await openInput(path, format, signal);
  try {
    const rows = await openRows(input);
    do {
      for (let row = rows.take(); row !== undefined; row = rows.take()) yield [row, rows.place];
    } while (await rows.fill());
  } finally {
    input.close();
  }
}

async function fill(writer: PatchWriter, job: ColumnJob): Promise<ColumnSummary> {
  try {
    const toValue = converter(job.options.type);
    for await (const [row, place] of records(job.path, job.format, job.signal)) {
      const value = cellValue(row, place, job, toValue);
      const later = value === null ? writer.appendNull() : writer.appendValue(value);
      if (later !== undefined) await later;
    }
    return await writer.close();
  } catch (cause) {
    await writer.abandon();
    throw cause;
  }
}

/** A row's value, or null. INVALID_VALUE and MISSING_FIELD with their line. */
function cellValue(
  row: Fields,
  place: Place,
  { field, format, separator, options }: ColumnJob,
  toValue: Convert,
): ColumnValue | null {
  const cell = Object.hasOwn(row, field) ? row[field] : undefined;
  const isEmptyCell = format !== "ndjson" && cell === "";
  if (options.nullable && (cell === undefined || cell === null || isEmptyCell)) return null;
  const where = placeText(place);
  if (cell === undefined) {
    const shown = Object.keys(row).slice(0, fieldsShownMax).map(quote).join(", ");
    const message = `${where}: expected a field ${quote(field)}, got ${shown || "no fields at all"}. Name another one with --field, or add --nullable.`;
    throw inputError("MISSING_FIELD", message, { ...place, field });
  }
  const many = typeof cell === "string" && format !== "ndjson" ? (cell === "" ? [] : cell.split(separator)) : cell;
  const cells = options.multi ? many : [cell];
  const converted = Array.isArray(cells) ? cells.map((one) => toValue(one)) : [new Mismatch("an array")];
  const wrong = converted.find((one) => one instanceof Mismatch);
  if (wrong === undefined) return (options.multi ? converted : converted[0]) as ColumnValue;
  const { expected, advice } = wrong as Mismatch;
  const message = `${where}: unusable value in field ${quote(field)}: expected ${expected} (${options.type}), got ${quote(cell)}.${advice}`;
  throw inputError("INVALID_VALUE", message, { ...place, field, expected, got: cell });
}

const fieldsShownMax = 20;

function report(given: Arguments, output: Output, name: string, options: ColumnOptions, summary: ColumnSummary): void {
  const { itemCount, itemBytesMax } = summary;
  if (given.has("json")) {
    output.line(stringify({ column: name, documents: options.documentCount, items: itemCount, itemBytesMax }));
    return;
  }
  output.line(`column ${name}, ${options.type}${options.multi ? ", many values" : ""}`);
  const facts: (readonly [string, string])[] = [
    ["documents", countText(options.documentCount)],
    ["items", countText(itemCount)],
    ["longest", sizeText(itemBytesMax)],
  ];
  for (const line of factLines(facts)) output.line(line);
}
