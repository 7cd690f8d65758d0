import { expect, test } from "vitest";
import { readBlocks } from "../../bindings/cli/blocks.js";

const place = () => ({ file: "a", line: 5 });

async function read(chunks: string[], bytesMax: number): Promise<string[]> {
  const blocks: string[] = [];
  for await (const block of readBlocks(
    chunks.map((chunk) => Buffer.from(chunk)),
    place,
    bytesMax,
  )) {
    blocks.push(block.toString());
  }
  return blocks;
}

test("blocks end with a line, whatever the chunks end with", async () => {
  expect(await read(["a\nb", "c", "d\ne\nf", "\n", "g"], 100)).toEqual(["a\n", "bcd\ne\n", "f\n", "g"]);
});

test("a line may have as many bytes as allowed and not one more", async () => {
  expect(await read(["a\n", "12345", "678\n"], 8)).toEqual(["a\n", "12345678\n"]);
  await expect(read(["a\n", "12345", "6789"], 8)).rejects.toMatchObject({
    code: "LIMIT",
    exitCode: 2,
    message: expect.stringMatching(/^a, line 5: the line is longer than 8 bytes/),
  });
});
