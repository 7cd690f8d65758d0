// Segments of Havenask's changed at random: nothing vouches for them, so each answer is a row, absence or a typed error.
import { describe, expect, it } from "vitest";
import { type HavenaskIndex, type HavenaskKey, isIndexError, open } from "../../bindings/node.js";
import { indexName, makeSegment, optionsOf, type SegmentShape, segmentShapes, shapeName } from "../support/havenask.js";
import { type Rng, rngOf, seedFrom } from "../support/rng.js";
import { readStorage, Tally } from "./hostile.js";

const mountCount = 300;
const seed = seedFrom("FUZZ_SEED");
const neverCodes = ["POISONED", "MEMORY_LIMIT", "INVALID_OPTION"];
const utf8 = new TextEncoder();

const options = [
  '{"is_short_offset":true,"use_compact_bucket":true}',
  '{"is_short_offset":false}',
  '{"is_short_offset":1}',
  "{}",
  "[]",
  "",
];

/** Changes one thing and says what. */
function mutate(files: Map<string, Uint8Array>, rng: Rng): string {
  const folder = `index/${indexName}`;
  const path = rng.pick([`${folder}/key`, `${folder}/key`, `${folder}/value`, `${folder}/format_option`]);
  const bytes = files.get(path)?.slice();
  if (bytes === undefined) return "nothing";
  if (path.endsWith("format_option")) {
    const text = rng.pick(options);
    files.set(path, utf8.encode(text));
    return `format_option ${text}`;
  }
  const view = new DataView(bytes.buffer);
  const choice = rng.int(5);
  if (choice === 0) {
    files.set(path, bytes.slice(0, rng.int(bytes.length + 1)));
    return `${path} cut`;
  }
  if (choice === 1 && bytes.length >= 32) {
    const at = 8 * rng.int(4);
    view.setBigUint64(at, rng.pick([0n, 1n, 3n, 2n ** 32n, 2n ** 63n, rng.u64(), BigInt(rng.int(1_000))]), true);
    files.set(path, bytes);
    return `${path} header ${at}`;
  }
  for (let count = 1 + rng.int(choice === 2 ? 400 : 8); count > 0 && bytes.length > 0; count--) {
    const at = rng.int(bytes.length);
    bytes[at] = rng.once(3) ? rng.pick([0, 1, 0x7f, 0xff]) : rng.int(256);
  }
  files.set(path, bytes);
  return `${path} bytes`;
}

/** Runs a call; only an error that says what is wrong with the files may come of it. */
function attempt(tally: Tally, call: () => void): void {
  try {
    call();
  } catch (error) {
    if (!isIndexError(error) || neverCodes.includes(error.code)) throw error;
    tally.add(error.code);
  }
}

async function probe(shape: SegmentShape, files: Map<string, Uint8Array>, keys: HavenaskKey[], tally: Tally) {
  let db: HavenaskIndex | undefined;
  try {
    db = await open(readStorage(files), optionsOf(shape));
  } catch (error) {
    attempt(tally, () => {
      throw error;
    });
    return;
  }
  tally.add("opened");
  const index = db;
  for (const key of keys) attempt(tally, () => tally.add(index.getSync(key) === undefined ? "absent" : "row"));
  attempt(tally, () => void index.getManySync(keys));
  attempt(tally, () => void [...index.iterator()]);
  await db.close();
}

describe("hostile segments of Havenask's", () => {
  // One of each kind of bucket and of values; the tables' own fuzzing has the rest.
  const shapes = segmentShapes().filter(({ keyType }, i) => keyType === (i % 2 === 0 ? "STRING" : "UINT32"));

  it.each(shapes.map((shape) => [shapeName(shape), shape] as const))(
    "give rows, absence or a typed error: %s",
    async (name, shape) => {
      const { files, records } = makeSegment(shape);
      const keys = [...records.keys()].filter((_key, i) => i % 7 === 0);
      const tally = new Tally();
      for (let i = 0; i < mountCount; i++) {
        const rng = rngOf((seed + i * 7_919 + name.length) >>> 0);
        const own = new Map(files);
        const done = Array.from({ length: 1 + rng.int(2) }, () => mutate(own, rng));
        try {
          await probe(shape, own, keys, tally);
        } catch (cause) {
          throw new Error(`${cause}\n  mount ${i}: ${done.join("; ")}\n  repeat with FUZZ_SEED=${seed}`, { cause });
        }
      }
      expect(tally.of("opened")).toBeGreaterThan(mountCount / 10);
      expect(tally.of("row")).toBeGreaterThan(mountCount / 2);
      expect(tally.of("absent")).toBeGreaterThan(mountCount / 10);
      expect(tally.of("CORRUPTION")).toBeGreaterThan(mountCount / 10);
    },
  );
});
