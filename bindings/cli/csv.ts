/**
 * CSV and TSV: the first row names the columns, every other row is a record of texts. Rows without anything are passed
 * over; a quoted field may have line feeds in it.
 */

import { CsvError, Parser } from "csv-parse";
import { invalidLine, lineBytesMax, type Place, readBlocks } from "./blocks.js";
import { quote } from "./json.js";
import type { Fields, Rows } from "./rows.js";

export class CsvRows implements Rows {
  readonly #file: string;
  readonly #blocks: AsyncGenerator<Buffer>;
  readonly #parser: RowParser;
  #columns: readonly string[] | undefined;
  /** Rows parsed and not taken, and how many of them are. */
  #rows: ParsedRow[] = [];
  #at = 0;
  /** Line feeds in the blocks read. */
  #feedCount = 0;
  #line = 1;
  #isEnded = false;

  constructor(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, file: string, delimiter: string) {
    this.#file = file;
    this.#blocks = readBlocks(chunks, () => ({ file, line: this.#feedCount + 1 }));
    this.#parser = new RowParser(delimiter);
  }

  get place(): Place {
    return { file: this.#file, line: this.#line };
  }

  get columns(): readonly string[] | undefined {
    return this.#columns;
  }

  take(): Fields | undefined {
    const row = this.#takeRow();
    return row === undefined || this.#columns === undefined ? undefined : this.#name(this.#columns, row);
  }

  async fill(): Promise<boolean> {
    if (this.#isEnded) return false;
    const { done, value } = await this.#blocks.next();
    this.#isEnded = done === true;
    try {
      this.#rows = done ? await this.#parser.finish() : await this.#parser.parse(value);
    } catch (cause) {
      throw this.#explain(cause);
    }
    this.#at = 0;
    if (!done) this.#feedCount += countFeeds(value);
    if (this.#columns === undefined) {
      const header = this.#takeRow();
      if (header !== undefined) this.#columns = this.#checkHeader(header);
      else if (done) {
        throw invalidLine(this.place, "expected a row with the names of the columns, got nothing. The input is empty.");
      }
    }
    return !done || this.#rows.length > 0;
  }

  #takeRow(): readonly string[] | undefined {
    const parsed = this.#rows[this.#at];
    if (parsed === undefined) return undefined;
    this.#at++;
    this.#line = parsed.line;
    return parsed.row;
  }

  #checkHeader(columns: readonly string[]): readonly string[] {
    const twice = columns.find((name, at) => columns.indexOf(name) !== at);
    if (twice === undefined) return columns;
    throw invalidLine(
      this.place,
      `expected a different name for each column, got ${quote(twice)} twice. The first row must name the columns.`,
      { expected: "a different name for each column", got: twice },
    );
  }

  #name(columns: readonly string[], row: readonly string[]): Fields {
    if (row.length !== columns.length) {
      const expected = `${columns.length} columns`;
      throw invalidLine(
        this.place,
        `expected ${expected} as in the first row, got ${row.length}. Put fields that have a delimiter in them between double quotes.`,
        { expected: columns.length, got: row.length },
      );
    }
    // Protects: the prototype of the record, from a column of that name.
    if (columns.includes("__proto__")) return Object.fromEntries(columns.map((name, at) => [name, row[at]]));
    const fields: Record<string, string> = {};
    for (let at = 0; at < columns.length; at++) fields[columns[at] as string] = row[at] as string;
    return fields;
  }

  #explain(cause: unknown): unknown {
    if (!(cause instanceof CsvError)) return cause;
    const place = { file: this.#file, line: this.#parser.nextLine };
    switch (cause.code) {
      case "CSV_QUOTE_NOT_CLOSED":
        return invalidLine(
          place,
          "a quote that opens in this row never closes. Close it, or double it inside of a field.",
          {},
          cause,
        );
      case "CSV_INVALID_CLOSING_QUOTE":
        return invalidLine(
          place,
          "a quote closes in the middle of a field of this row. Double it inside of a field.",
          {},
          cause,
        );
      case "INVALID_OPENING_QUOTE":
        return invalidLine(
          place,
          "a quote opens in the middle of a field of this row. Put the whole field between quotes, and double those inside.",
          {},
          cause,
        );
      case "CSV_MAX_RECORD_SIZE":
        return invalidLine(
          place,
          `the row is longer than ${lineBytesMax} bytes. Perhaps a quote in it never closes.`,
          {},
          cause,
        );
      default:
        return invalidLine(place, cause.message, {}, cause);
    }
  }
}

interface ParsedRow {
  readonly row: readonly string[];
  /** Line on which it begins. */
  readonly line: number;
}

/** csv-parse without its output stream: rows are collected as they are found, which is a third faster. */
class RowParser extends Parser {
  #rows: ParsedRow[] = [];
  /** Line after the rows found, without the rows passed over. */
  #line = 1;
  #failure: Error | undefined;

  constructor(delimiter: string) {
    super({
      delimiter,
      record_delimiter: ["\r\n", "\n"],
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: lineBytesMax,
    });
    this.on("error", (failure) => {
      this.#failure ??= failure;
    });
  }

  /** Line on which the row not yet found begins. */
  get nextLine(): number {
    return this.#line + this.info.empty_lines;
  }

  /** The rows that end in `block`. */
  parse(block: Buffer): Promise<ParsedRow[]> {
    return this.#settle((done) => this.write(block, done));
  }

  /** The last row, when it does not end with a line feed. */
  finish(): Promise<ParsedRow[]> {
    return this.#settle((done) => this.end(done));
  }

  /** Called by csv-parse with each row. */
  override push(row: string[] | null): boolean {
    if (row === null) return super.push(null);
    this.#rows.push({ row, line: this.nextLine });
    // Differs: csv-parse counts a line feed after a carriage return twice inside of quotes.
    this.#line += 1 + row.reduce((sum, field) => sum + feedsIn(field), 0);
    return true;
  }

  async #settle(start: (done: (failure?: Error | null) => void) => void): Promise<ParsedRow[]> {
    const failure = await new Promise<Error | null | undefined>(start);
    if (failure) throw this.#failure ?? failure;
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }
}

function feedsIn(field: string): number {
  let count = 0;
  for (let at = field.indexOf("\n"); at >= 0; at = field.indexOf("\n", at + 1)) count++;
  return count;
}

function countFeeds(block: Buffer): number {
  let count = 0;
  for (let at = block.indexOf(10); at >= 0; at = block.indexOf(10, at + 1)) count++;
  return count;
}
