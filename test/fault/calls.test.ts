import { describe, expect, it } from "vitest";
import { build, isIndexError, memoryStorage, open } from "../../bindings/node.js";
import { type Damage, FaultyStorage, type Plan } from "../support/faulty-storage.js";
import { batchCount, live, reopen } from "./scenario.js";

const plans: [string, Omit<Plan, "call">][] = [];
for (const sticky of [false, true]) {
  for (const code of ["IO", "QUOTA_EXCEEDED"] as const) {
    for (const damage of ["nothing", "something"] satisfies Damage[]) {
      const title = `${code} ${sticky ? "from then on" : "once"}, ${damage} done`;
      plans.push([title, { sticky, code, damage }]);
    }
  }
}

/** Where the code makes no difference. */
const fewPlans = plans.filter(([, { code }]) => code === "IO");
/** More calls than any run makes. */
const callCountMax = 2_000;

describe("when call 1, 2, 3 … of a storage fails", () => {
  it.each(plans)("a writer keeps the last acknowledged batch or the one in flight: %s", async (_title, plan) => {
    let fired = 0;
    let reported = 0;
    let call = 1;
    const found = new Set<number>();
    for (; call < callCountMax; call++) {
      const inner = memoryStorage();
      const storage = new FaultyStorage(inner);
      storage.plan = { ...plan, call };
      try {
        const course = await live(storage);
        expect(storage.openFileCount, "open files").toBe(0);
        found.add(await reopen(inner, course));
        if (course.codes.length > 0) reported++;
      } catch (cause) {
        throw new Error(`call ${call}, ${storage.fired[0]}: ${cause}`, { cause });
      }
      if (storage.fired.length === 0) break;
      fired++;
    }
    console.log(`${fired} faults planned and fired, ${reported} reported, batches ${[...found].join(" ")} found`);
    expect(call).toBeLessThan(callCountMax);
    expect(fired).toBe(call - 1);
    expect(fired).toBeGreaterThan(150);
    // Cleaning and reading of older versions may fail unnoticed; nothing else.
    expect(reported).toBeGreaterThan(plan.sticky ? fired / 2 : fired / 6);
    expect(found.size).toBeGreaterThan(plan.sticky ? 4 : 1);
  });

  it.each(fewPlans)("a flush on the healed storage saves everything that was put: %s", async (_title, plan) => {
    let healed = 0;
    for (let call = 1; call < callCountMax; call++) {
      const inner = memoryStorage();
      const storage = new FaultyStorage(inner);
      storage.plan = { ...plan, call };
      let healCount = 0;
      try {
        const course = await live(storage, () => {
          healCount++;
          storage.heal();
        });
        await reopen(inner, course);
        if (healCount > 0) {
          expect(course.acknowledged).toBe(batchCount);
          healed++;
        }
      } catch (cause) {
        throw new Error(`call ${call}, ${storage.fired[0]}: ${cause}`, { cause });
      }
      if (storage.fired.length === 0) break;
    }
    console.log(`${healed} runs healed`);
    expect(healed).toBeGreaterThan(50);
  });

  it.each(fewPlans)("a build leaves the whole index or none, and another can be built: %s", async (_title, plan) => {
    const records = Array.from({ length: 3_000 }, (_, i): [string, number] => [`key ${i}`, i]);
    const options = { key: "string", value: "u32", segmentBytes: 40_000 } as const;
    const outcomes = { none: 0, whole: 0 };
    let call = 1;
    for (; call < callCountMax; call++) {
      const inner = memoryStorage();
      const storage = new FaultyStorage(inner);
      storage.plan = { ...plan, call };
      try {
        const failure = await build(storage, records, options).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (storage.fired.length > 0) expect(isIndexError(failure), `${failure}`).toBe(true);
        if (failure !== undefined) {
          // Whole when its publication lost only the acknowledgement.
          const before = await open(inner, { readOnly: true }).catch((error: unknown) => error);
          if (isIndexError(before, "NOT_FOUND")) {
            outcomes.none++;
            await build(inner, records, options);
          } else {
            expect(isIndexError(failure, "POISONED"), `${before}`).toBe(true);
            outcomes.whole++;
          }
        }
        const db = await open(inner, { key: "string", value: "u32" });
        for (const [key, value] of records) expect(db.getSync(key)).toBe(value);
        await db.close();
        expect(storage.openFileCount).toBe(0);
      } catch (cause) {
        throw new Error(`call ${call}, ${storage.fired[0]}: ${cause}`, { cause });
      }
      if (storage.fired.length === 0) break;
    }
    expect(call).toBeGreaterThan(30);
    expect(call).toBeLessThan(callCountMax);
    expect(outcomes.none).toBeGreaterThan(20);
    expect(outcomes.whole).toBe(plan.damage === "something" ? 1 : 0);
  });
});
