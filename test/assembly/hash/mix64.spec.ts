import { mix64, unmix64 } from "../../../assembly/hash/mix64";
import { random, seedRandom } from "../support";

describe("mix64", () => {
  test("is the finalizer of splitmix64", () => {
    // The first outputs of splitmix64 with seed 0; its state goes up by the golden ratio.
    expect<u64>(mix64(0x9e3779b97f4a7c15)).toBe(0xe220a8397b1dcdaf);
    expect<u64>(mix64(0x3c6ef372fe94f82a)).toBe(0x6e789e6aa1b965f4);
    expect<u64>(mix64(0)).toBe(0);
  });

  test("is undone by unmix64, for each single bit, the edges and random numbers", () => {
    let wrong = 0;
    for (let bit: u64 = 0; bit < 64; ++bit) {
      const key = (<u64>1) << bit;
      if (unmix64(mix64(key)) != key || mix64(unmix64(key)) != key) ++wrong;
      if (unmix64(mix64(~key)) != ~key) ++wrong;
    }
    expect<u64>(unmix64(mix64(0))).toBe(0);
    expect<u64>(unmix64(mix64(u64.MAX_VALUE))).toBe(u64.MAX_VALUE);
    seedRandom(1);
    for (let i = 0; i < 10000; ++i) {
      const key = random();
      if (unmix64(mix64(key)) != key || mix64(unmix64(key)) != key) ++wrong;
    }
    expect<i32>(wrong).toBe(0);
  });

  test("spreads keys of any stride over the low bits", () => {
    // Raw, keys of stride 4,096 would all have one home among 4,096 buckets.
    const seen = new StaticArray<u8>(4096);
    let homes = 0;
    for (let i: u64 = 0; i < 4096; ++i) {
      const home = <i32>(mix64(i << 12) & 4095);
      if (seen[home]++ == 0) ++homes;
    }
    expect<i32>(homes).toBeGreaterThan(2400);
  });
});
