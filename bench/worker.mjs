/** One engine, one case, one round, in a process of its own. Called by `run.mjs`; answers over the IPC channel. */

import { engineNamed } from "./engines/index.mjs";
import * as measures from "./measures.mjs";
import { Missing } from "./missing.mjs";

const task = JSON.parse(process.argv[2]);
try {
  const dataset = measures.datasetOf(task);
  const engine = engineNamed(task.engine);
  const measure = new Map(Object.entries(measures)).get(task.measure);
  const result = await measure({ ...task, ...task.args, engine, dataset });
  process.send({ result });
} catch (cause) {
  process.send(cause instanceof Missing ? { missing: cause.message } : { failed: String(cause.stack ?? cause) });
}
process.disconnect();
