import { fork } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { engineNamed } from "./engines/index.mjs";
import { hottest } from "./profile.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const workerSecondsMax = 1_800;

/**
 * Runs tasks, each in a process of its own, and keeps what engines have loaded for the cases that read it.
 */
export class Lab {
  #directory;
  #options;
  #loaded = new Map();

  /**
   * @param directory for what engines store; the caller's to remove
   * @param options seconds and seed of a task; `profiles`: where CPU profiles go, if there are to be any
   */
  constructor(directory, options) {
    this.#directory = directory;
    this.#options = options;
  }

  async measure(one, name, records, round) {
    const task = { ...one, engine: name, records, round, seconds: this.#options.seconds, seed: this.#options.seed };
    if (one.contenders !== undefined) return this.#run(task, "kernel/worker.mjs");
    if (one.measure === "load") return this.#load(task);
    if (one.dataset !== undefined && !engineNamed(name).inMemory) {
      const place = `${name}-${one.dataset}-${records}`;
      const outcome = this.#loaded.has(place) ? {} : await this.#load({ ...task, measure: "load", quiet: true });
      if (outcome.missing !== undefined || outcome.failed !== undefined) return outcome;
      task.directory = this.#loaded.get(place);
    }
    return this.#run(task);
  }

  /** Into a directory of its own; the newest one stays, for others to read. */
  async #load(task) {
    const place = `${task.engine}-${task.dataset}-${task.records}`;
    const directory = join(this.#directory, `${place}-${task.round}`);
    mkdirSync(directory, { recursive: true });
    const outcome = await this.#run({ ...task, directory });
    const older = this.#loaded.get(place);
    if (older !== undefined && older !== directory) rmSync(older, { recursive: true, force: true });
    this.#loaded.set(place, directory);
    return outcome;
  }

  #run(task, script = "worker.mjs") {
    const name = `${task.engine}-${task.id}`.replace(/[^\w.-]+/g, "-");
    const { profiles } = this.#options;
    const profiled = profiles !== undefined && !task.quiet;
    const execArgv = ["--expose-gc", "--max-old-space-size=8192"];
    if (profiled) execArgv.push("--cpu-prof", `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${name}.cpuprofile`);
    return new Promise((resolve) => {
      const child = fork(join(here, script), [JSON.stringify(task)], {
        execArgv,
        stdio: ["ignore", "inherit", "inherit", "ipc"],
      });
      const timer = setTimeout(() => child.kill("SIGKILL"), workerSecondsMax * 1000);
      let answer;
      child.on("message", (message) => {
        answer = message;
      });
      child.on("exit", (code, signal) => {
        clearTimeout(timer);
        if (answer?.failed !== undefined) console.error(`${task.engine}, ${task.id}: ${answer.failed}`);
        if (profiled && code === 0) console.log(`${name}\n${hottest(join(profiles, `${name}.cpuprofile`))}`);
        resolve(answer ?? { failed: `the process ended with ${signal ?? code} and no answer` });
      });
    });
  }
}
