// Keys of different regions with one hash, made so: each is found by itself all the same.
import { describe, expect, it } from "vitest";
import { Space } from "../../../bindings/kernel/space.js";
import { type KVIndex, memoryStorage } from "../../../bindings/node.js";
import { bytesOfKey, hashOfKey, meetingKey, murmurRegion, unmurmurRegion } from "../../support/region-collisions.js";
import { through } from "../../support/through.js";

const regions = ["default", "users", "items"] as const;

describe("two regions' keys with one hash", () => {
  it("are what the kernel hashes to one", () => {
    const space = new Space();
    const other = meetingKey(42n, 1, 2);
    expect(BigInt.asUintN(64, space.kernel.hashRegion(hashOfKey(42n), 1))).toBe(murmurRegion(hashOfKey(42n), 1));
    expect(BigInt.asUintN(64, space.kernel.hashRegion(hashOfKey(other), 2))).toBe(murmurRegion(hashOfKey(42n), 1));
    expect(unmurmurRegion(murmurRegion(5n, 4_095), 4_095)).toBe(5n);
    space.dispose();
  });

  for (const preference of ["perf", "store"] as const) {
    it(`are told apart as integers and as bytes, in one segment and over several, ${preference}`, async () => {
      const key = 42n;
      const ids = regions.map((_, id) => (id === 0 ? key : meetingKey(key, 0, id)));
      for (const type of ["u64", "bytes"] as const) {
        const keyOf = (id: number): unknown => (type === "u64" ? ids[id] : bytesOfKey(ids[id] as bigint));
        const storage = memoryStorage();
        const model: (string | undefined)[] = regions.map(() => undefined);
        const check = async (index: KVIndex<unknown, string>): Promise<void> => {
          for (const [id, name] of regions.entries()) {
            const region = index.region(name);
            expect(region.getSync(keyOf(id))).toBe(model[id]);
            expect(region.getManySync(regions.map((_, other) => keyOf(other)))).toEqual(
              regions.map((_, other) => (other === id ? model[id] : undefined)),
            );
            expect([...region.iterator()]).toEqual(model[id] === undefined ? [] : [[keyOf(id), model[id]]]);
          }
        };
        const steps: (readonly [id: number, value?: string])[][] = [
          [
            [0, "a"],
            [1, "b"],
            [2, "c"],
          ],
          [[1, "b2"], [0]],
          [[2], [0, "a3"]],
          [[1], [2, "c4"]],
        ];
        for (const step of steps) {
          await through<unknown, string>(
            storage,
            { key: type, value: "string", regions, preference },
            async (index) => {
              for (const [id, value] of step) {
                const region = index.region(regions[id] as string);
                await (value === undefined ? region.del(keyOf(id)) : region.put(keyOf(id), value));
                model[id] = value;
              }
            },
            check,
          );
        }
      }
    });

    it(`go to a segment each where keys are hashes, and none hides another, ${preference}`, async () => {
      const [a, b] = [bytesOfKey(42n), bytesOfKey(meetingKey(42n, 1, 2))];
      const storage = memoryStorage();
      const options = { key: "bytes", value: "string", exact: false, regions, preference } as const;
      const check =
        (users?: string, items?: string) =>
        async (index: KVIndex<Uint8Array, string>): Promise<void> => {
          expect(index.region("users").getManySync([a, b])).toEqual([users, undefined]);
          expect(index.region("items").getManySync([a, b])).toEqual([undefined, items]);
          const walked = [...index.region("items").iterator()] as unknown;
          const hash = hashOfKey(meetingKey(42n, 1, 2));
          expect(walked).toEqual(items === undefined ? [] : [[hash, items]]);
        };
      await through<Uint8Array, string>(
        storage,
        options,
        async (index) => {
          await index.region("users").put(a, "user");
          await index.region("items").put(b, "item");
          expect(index.stats().segmentCount).toBe(2);
        },
        check("user", "item"),
      );
      await through<Uint8Array, string>(
        storage,
        options,
        async (index) => {
          await index.region("items").del(b);
          await index.region("users").put(a, "user again");
        },
        check("user again"),
      );
    });
  }
});
