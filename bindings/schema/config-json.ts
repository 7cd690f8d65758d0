/**
 * JSON that people write: a configuration, read field by field. What is wrong is INVALID_OPTION with the place in the
 * document (`$.indexes.kv[0].key_field`), what was expected and what is there. Members not asked for are not seen, as
 * Indexlib does not see them; nothing parsed is spread or handed on.
 */

import { type IndexError, indexError, invalidOption, overLimit } from "../errors.js";
import { configBytesMax, configItemCountMax } from "../limits.js";

const advice = "Correct the configuration.";

/** An object of a parsed document. */
export class ConfigNode {
  readonly path: string;
  readonly #members: object;

  private constructor(path: string, members: object) {
    this.path = path;
    this.#members = members;
  }

  /** The object that a text of JSON is, or an object already parsed. INVALID_OPTION, LIMIT. */
  static parse(document: string | object): ConfigNode {
    if (typeof document !== "string") return ConfigNode.#of("$", document);
    if (document.length > configBytesMax) {
      throw overLimit({ what: "Configuration too long", limit: configBytesMax, got: document.length });
    }
    let value: unknown;
    try {
      value = JSON.parse(document);
    } catch (cause) {
      throw invalidOption({ what: "Unusable configuration", expected: "JSON", got: String(cause), cause, advice });
    }
    return ConfigNode.#of("$", value);
  }

  static #of(path: string, value: unknown): ConfigNode {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return new ConfigNode(path, value);
    throw faultAt(path, "an object", value);
  }

  /** Whether a member is there and not null. */
  has(name: string): boolean {
    return this.#pick(name) !== undefined;
  }

  isList(name: string): boolean {
    return Array.isArray(this.#pick(name));
  }

  /** A member's text; `absent` where there is none, or a failure without it. */
  text(name: string, absent?: string): string {
    const value = this.#pick(name) ?? absent;
    if (typeof value === "string") return value;
    throw this.fault(name, "a string", value);
  }

  boolean(name: string, absent: boolean): boolean {
    const value = this.#pick(name) ?? absent;
    if (typeof value === "boolean") return value;
    throw this.fault(name, "true or false", value);
  }

  /** A whole number in `min` … `max`. */
  integer(name: string, absent: number, min: number, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.#pick(name) ?? absent;
    if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
    throw this.fault(name, `a whole number in ${min} … ${max}`, value);
  }

  /** A member that is an object; an empty one where there is none. */
  object(name: string): ConfigNode {
    return ConfigNode.#of(this.#path(name), this.#pick(name) ?? {});
  }

  /** A member that is a list of objects. */
  objects(name: string): ConfigNode[] {
    return this.#list(name).map((item, i) => ConfigNode.#of(`${this.#path(name)}[${i}]`, item));
  }

  /** A member that is a list of names: strings, or objects that hold the name as `nameIn`. */
  names(name: string, nameIn: string): string[] {
    return this.#list(name).map((item, i) => {
      if (typeof item === "string") return item;
      return ConfigNode.#of(`${this.#path(name)}[${i}]`, item).text(nameIn);
    });
  }

  /** The failure of a member, for rules that only its reader knows. */
  fault(name: string, expected: string, got: unknown = this.#pick(name)): IndexError {
    return faultAt(this.#path(name), expected, got);
  }

  /** FORMAT_UNSUPPORTED: Indexlib knows what the member says, and we do not. */
  unsupported(name: string, expected: string): IndexError {
    const field = this.#path(name);
    const got = excerpt(this.#pick(name));
    return indexError("FORMAT_UNSUPPORTED", { what: `${field} is not supported yet`, field, expected, got });
  }

  #path(name: string): string {
    return `${this.path}.${name}`;
  }

  #list(name: string): readonly unknown[] {
    const value = this.#pick(name);
    if (!Array.isArray(value)) throw this.fault(name, "a list", value);
    if (value.length <= configItemCountMax) return value;
    const field = this.#path(name);
    throw overLimit({ what: `Too many ${field}`, field, limit: configItemCountMax, got: value.length });
  }

  #pick(name: string): unknown {
    if (!Object.hasOwn(this.#members, name)) return undefined;
    return this.#members[name as keyof object] ?? undefined;
  }
}

function faultAt(path: string, expected: string, value: unknown): IndexError {
  return invalidOption({ what: `Unusable ${path}`, field: path, expected, got: excerpt(value), advice });
}

/** Enough of a value to recognise it. */
function excerpt(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  return (JSON.stringify(value) ?? typeof value).slice(0, 60);
}
