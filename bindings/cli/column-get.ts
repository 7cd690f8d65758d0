/** `column get`: values of documents. */

import { openAttribute, type StoredValue } from "../attribute/attribute.js";
import { nodeStorage } from "../storage/node.js";
import type { Arguments } from "./arguments.js";
import { columnDirectory, readColumn } from "./column-record.js";
import { CliError, exitCodes, usageError } from "./failure.js";
import { quote, stringify } from "./json.js";
import type { Output } from "./output.js";

export async function getDocuments(given: Arguments, output: Output): Promise<number> {
  const [, location = "", name = "", ...texts] = given.words;
  const documents = texts.map(checkDocument);
  const storage = nodeStorage(location);
  const attribute = await openAttribute(storage, columnDirectory(name), await readColumn(storage, name));
  try {
    const absent: number[] = [];
    for (const document of documents) {
      const value = attribute.get(document);
      if (value === undefined) absent.push(document);
      else output.line(given.has("json") ? stringify({ document, value: plain(value) }) : stringify(plain(value)));
    }
    await output.flush();
    if (absent.length === 0) return exitCodes.ok;
    throw new CliError(
      "KEY_NOT_FOUND",
      exitCodes.keyNotFound,
      `No document ${absent.join(", ")} in column ${name}: it has ${attribute.length}, from 0.`,
      { directory: location, column: name, documents: absent },
    );
  } finally {
    attribute.close();
  }
}

function checkDocument(text: string): number {
  if (/^[0-9]{1,10}$/.test(text)) return Number(text);
  throw usageError(`Unusable document: expected a whole number from 0, got ${quote(text)}.`, { got: text });
}

/** Typed arrays are objects in JSON; numbers in them become lists. */
function plain(value: StoredValue): unknown {
  return ArrayBuffer.isView(value) ? [...(value as Iterable<unknown>)] : value;
}
