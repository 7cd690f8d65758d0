// Read by as-pect, which adds the spec files of its command line to `entries`: naming some there means only those.
const named = process.argv.some((arg) => arg.endsWith(".spec.ts"));

export default {
  entries: named ? [] : ["test/assembly/**/*.spec.ts"],
  include: ["test/assembly/**/*.include.ts"],
  disclude: [/node_modules/],
  async instantiate(memory, createImports, instantiate, binary) {
    return instantiate(binary, createImports({ env: { memory } }));
  },
  outputBinary: false,
};
