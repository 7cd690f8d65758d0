// A dense table in C++ for comparison with the kernel's: linear probing from key % bucketCount, a bucket of 8 bytes of key
// and 8 of value, as Indexlib lays out its plain 8-byte bucket. Keys are mix64(seed + i), as in bench/kernel/tables.mjs.
//
//   dense <records> <occupancy %> <find-hit | find-miss | insert> <plain | prefetch> <seconds>
//
// Prints nanoseconds a key: the mean over rounds, without the work of making keys. Exits with 1 when an answer is wrong.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

using u64 = uint64_t;
using Clock = std::chrono::steady_clock;

static const u64 emptyKey = 0xfffffffffffffeffULL;
static const size_t batchCount = 4096;
static const size_t groupCount = 16;

static u64 mix64(u64 x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

struct Bucket {
  u64 key;
  u64 value;
};

struct Table {
  std::vector<Bucket> buckets;

  explicit Table(size_t count) : buckets(count, Bucket{emptyKey, 0}) {}

  Bucket *seat(u64 key) {
    const size_t count = buckets.size();
    size_t at = key % count;
    for (size_t i = 0; i < count; ++i) {
      Bucket &bucket = buckets[at];
      if (bucket.key == key || bucket.key == emptyKey) return &bucket;
      if (++at == count) at = 0;
    }
    return nullptr;
  }
};

int main(int argc, char **argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: dense <records> <occupancy> <find-hit|find-miss|insert> <plain|prefetch> <seconds>\n");
    return 2;
  }
  const u64 records = std::strtoull(argv[1], nullptr, 10);
  const u64 occupancy = std::strtoull(argv[2], nullptr, 10);
  const std::string what = argv[3];
  const bool prefetch = std::string(argv[4]) == "prefetch";
  const double seconds = std::atof(argv[5]);
  const size_t bucketCount = records * 100 / occupancy + 1;

  double spent = 0;
  u64 done = 0;
  if (what == "insert") {
    std::vector<u64> keys(batchCount);
    Table table(bucketCount);
    while (spent < seconds) {
      std::fill(table.buckets.begin(), table.buckets.end(), Bucket{emptyKey, 0});
      for (u64 first = 0; first < records; first += batchCount) {
        const size_t count = records - first < batchCount ? records - first : batchCount;
        for (size_t i = 0; i < count; ++i) keys[i] = mix64(first + i);
        const auto start = Clock::now();
        for (size_t i = 0; i < count; ++i) {
          if (prefetch && i % groupCount == 0) {
            for (size_t j = i; j < i + groupCount && j < count; ++j) __builtin_prefetch(&table.buckets[keys[j] % bucketCount], 1);
          }
          Bucket *bucket = table.seat(keys[i]);
          bucket->key = keys[i];
          bucket->value = first + i;
        }
        spent += std::chrono::duration<double>(Clock::now() - start).count();
        done += count;
      }
    }
    if (table.seat(mix64(records - 1))->value != records - 1) return 1;
  } else {
    const u64 shift = what == "find-miss" ? records : 0;
    Table table(bucketCount);
    for (u64 i = 0; i < records; ++i) *table.seat(mix64(i)) = Bucket{mix64(i), i};
    std::vector<u64> keys(batchCount);
    u64 draw = 1;
    while (spent < seconds) {
      u64 expected = 0;
      for (size_t i = 0; i < batchCount; ++i) {
        const u64 id = mix64(draw++) % records;
        keys[i] = mix64(id + shift);
        if (shift == 0) expected += id;
      }
      u64 sum = 0;
      const auto start = Clock::now();
      for (size_t i = 0; i < batchCount; ++i) {
        if (prefetch && i % groupCount == 0) {
          for (size_t j = i; j < i + groupCount && j < batchCount; ++j) __builtin_prefetch(&table.buckets[keys[j] % bucketCount]);
        }
        const Bucket *bucket = table.seat(keys[i]);
        if (bucket->key == keys[i]) sum += bucket->value;
      }
      spent += std::chrono::duration<double>(Clock::now() - start).count();
      done += batchCount;
      if (sum != expected) return 1;
    }
  }
  std::printf("%.3f\n", spent * 1e9 / static_cast<double>(done));
  return 0;
}
