/** `Map`: what is there without installing anything. All in JavaScript's heap, gone with the process. */

const inMemory = "a Map dies with its process";

export default {
  name: "map",
  title: "Map",
  about: "One Map of keys to values. Byte values are views of buffers that 10,000 records share, its cheapest form.",
  inMemory: true,
  notYet: {},
  cannot: {
    "open-warm": inMemory,
    "open-cold": inMemory,
    disk: inMemory,
    "open-files": inMemory,
    "put-durable": inMemory,
    "update-merge": inMemory,
    package: "part of the language",
    import: "part of the language",
  },

  connect: async () => undefined,

  store() {
    let map = new Map();
    return {
      async load(batches) {
        for (const batch of batches) for (let i = 0; i < batch.length; i++) map.set(batch[i][0], batch[i][1]);
        return map.size;
      },
      open() {},
      get: (key) => map.get(key),
      getMany(keys) {
        const values = new Array(keys.length);
        for (let i = 0; i < keys.length; i++) values[i] = map.get(keys[i]);
        return values;
      },
      async scan(visit) {
        for (const [key, value] of map) visit(key, value);
      },
      async remove(keys) {
        for (const key of keys) map.delete(key);
      },
      close() {
        map = undefined;
      },
    };
  },
};
