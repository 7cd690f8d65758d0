/**
 * The names of an index's regions: namespaces that share its files. A name's place in the list is its region id, which is in
 * every bucket, so the list of an index never changes.
 */

import { invalidOption } from "../errors.js";
import { regionCountMax } from "../limits.js";

/** No blanks and no control characters: in a version file a line end is what separates two names. */
const namePattern = /^[^\s\p{C}]{1,64}$/u;
const separator = "\n";

/** A checked copy of a caller's list. INVALID_OPTION. */
export function checkRegions(regions: unknown): readonly string[] {
  const fault = Array.isArray(regions) ? faultOf(regions) : "is no array";
  if (fault === undefined) return [...(regions as string[])];
  throw invalidOption({
    what: "Unusable option regions",
    expected: `1 … ${regionCountMax} different names of 1 … 64 characters, no blanks`,
    got: `a list that ${fault}`,
  });
}

function faultOf(regions: readonly unknown[]): string | undefined {
  if (regions.length === 0 || regions.length > regionCountMax) return `has ${regions.length} names`;
  const bad = regions.findIndex((name) => typeof name !== "string" || !namePattern.test(name));
  if (bad >= 0) return `has ${JSON.stringify(regions[bad])?.slice(0, 80)} at ${bad}`;
  return new Set(regions).size < regions.length ? "has a name twice" : undefined;
}

/** The list as a version keeps it. */
export function regionsWord(regions: readonly string[]): string {
  return regions.join(separator);
}

/** What a version's word says; undefined for what no list makes. */
export function readRegionsWord(word: string): readonly string[] | undefined {
  const regions = word.split(separator);
  return faultOf(regions) === undefined ? regions : undefined;
}

/** The id of a region. INVALID_OPTION, with the names there are, or some of them. */
export function regionIdOf(regions: readonly string[] | undefined, name: unknown): number {
  const regionId = regions?.indexOf(name as string) ?? -1;
  if (regionId >= 0) return regionId;
  throw invalidOption({
    what: "Unknown region",
    expected: regions === undefined ? "none, since the index was made without regions" : namesShown(regions),
    got: String(name).slice(0, 80),
  });
}

const namesShownMax = 20;

function namesShown(regions: readonly string[]): string {
  const names = regions.slice(0, namesShownMax).join(", ");
  return regions.length > namesShownMax
    ? `one of ${names} and ${regions.length - namesShownMax} more`
    : `one of ${names}`;
}
