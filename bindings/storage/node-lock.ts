/**
 * One writer for a directory: the file `LOCK`, which names the process that has it. Called by node.ts.
 *
 * A lock outlives a killed process, so its file says which process that was: host, pid, and on Linux when the process
 * started, since pids come again. A lock of this host whose process is gone is taken over.
 *
 * How two takers cannot both win. Each first writes a claim, a file of its own with the content of the lock, and gets
 * the lock by linking the claim to `LOCK`, which fails if there is one. To remove a dead `LOCK` a taker must find, after
 * its own claim was written, no other living claim, and then the same dead `LOCK` still there. Of two takers the one
 * that listed later sees the other's claim and steps back; whoever listed first is alone until its claim is gone.
 */

import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, lstat, open, readdir, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { systemClock } from "../clock.js";
import { type IndexError, indexError } from "../errors.js";
import { lockAttemptCountMax, lockBytesMax, lockRetryMillisecondsMax, lockTornSecondsMin } from "../limits.js";
import { storageFailure } from "./storage.js";

const lockName = "LOCK";

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process started, as text that differs for every start; "" where the system does not tell. */
  readonly startedAt: string;
  /** Differs for every lock, so that two of one process are told apart. */
  readonly token: string;
}

/** A lock file without readable content: being written, or left by a power loss. */
interface TornLock {
  readonly token: "";
  readonly ageSeconds: number;
}

/**
 * Takes the lock of `directory`, which exists, and returns what gives it back.
 *
 * Fails with LOCKED, with the holder's `pid` and `host`, or IO. Cost: a handful of small file operations; waits at
 * most two seconds, and only when several processes take over a dead lock at once.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const { pid } = process;
  const owner: Owner = { pid, host: hostname(), startedAt: await startOf(pid), token: randomUUID() };
  try {
    for (let attempt = 0; attempt < lockAttemptCountMax; attempt++) {
      const outcome = await contend(directory, owner);
      if (outcome === "taken") {
        await removeDeadClaims(directory);
        return releaser(directory, owner);
      }
      if (outcome !== "again") throw locked(directory, outcome);
      await new Promise((settle) => setTimeout(settle, Math.random() * lockRetryMillisecondsMax));
    }
  } catch (error) {
    throw storageFailure("lock", directory, error);
  }
  throw locked(directory, undefined);
}

/** One attempt: the lock is ours, or its living holder, or something moved and it is worth another look. */
async function contend(directory: string, owner: Owner): Promise<"taken" | "again" | Owner | TornLock> {
  const lock = join(directory, lockName);
  const claim = join(directory, claimName(owner));
  await writeFile(claim, `${JSON.stringify(owner)}\n`, { flag: "wx" });
  try {
    if (await linkIfAbsent(claim, lock)) return "taken";
    const holder = await readLock(lock);
    if (holder === undefined) return "again";
    if (await isLive(holder)) return holder;
    if (await hasOtherLiveClaim(directory, owner)) return "again";
    const still = await readLock(lock);
    if (still === undefined || still.token !== holder.token || (await isLive(still))) return "again";
    await unlink(lock);
    return (await linkIfAbsent(claim, lock)) ? "taken" : "again";
  } finally {
    await rm(claim, { force: true });
  }
}

function releaser(directory: string, owner: Owner): () => Promise<void> {
  const lock = join(directory, lockName);
  let released: Promise<void> | undefined;
  const release = async () => {
    try {
      // Someone may have deleted our lock by hand and taken it: then it is not ours to remove.
      if ((await readLock(lock))?.token === owner.token) await rm(lock, { force: true });
    } catch (error) {
      throw storageFailure("unlock", lock, error);
    }
  };
  return () => {
    released ??= release();
    return released;
  };
}

// `LOCK.<pid>.<startedAt>.<token>`: whose it is stands in the name, which is there whole or not at all.
const claimName = ({ pid, startedAt, token }: Owner): string => `${lockName}.${pid}.${startedAt}.${token}`;
const claimPattern = /^LOCK\.([1-9][0-9]{0,9})\.([0-9a-f-]*)\.([0-9a-f-]{36})$/;

/** The claims in `directory`, all of processes of this host, since no other host takes over here. */
async function listClaims(directory: string): Promise<{ name: string; owner: Owner }[]> {
  const claims: { name: string; owner: Owner }[] = [];
  for (const name of await readdir(directory)) {
    const [, pid, startedAt, token] = claimPattern.exec(name) ?? [];
    if (pid === undefined || startedAt === undefined || token === undefined) continue;
    claims.push({ name, owner: { pid: Number(pid), host: hostname(), startedAt, token } });
  }
  return claims;
}

async function hasOtherLiveClaim(directory: string, own: Owner): Promise<boolean> {
  for (const { owner } of await listClaims(directory)) {
    if (owner.token !== own.token && (await isLive(owner))) return true;
  }
  return false;
}

async function removeDeadClaims(directory: string): Promise<void> {
  for (const { name, owner } of await listClaims(directory)) {
    if (!(await isLive(owner))) await rm(join(directory, name), { force: true });
  }
}

/** Links `claim` to `lock`; false if there is a lock. */
async function linkIfAbsent(claim: string, lock: string): Promise<boolean> {
  try {
    await link(claim, lock);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    if (!noLinkErrnos.has(errnoOf(error))) throw error;
  }
  // No hard links here (FAT, some mounts): exclusive all the same, but seen torn for a moment.
  try {
    await copyFile(claim, lock, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

const noLinkErrnos: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EACCES"]);

/** Who holds `lock`; undefined if nobody. */
async function readLock(lock: string): Promise<Owner | TornLock | undefined> {
  try {
    const stats = await lstat(lock);
    const owner = stats.isFile() && stats.size <= lockBytesMax ? parseOwner(await readNoFollow(lock)) : undefined;
    return owner ?? { token: "", ageSeconds: systemClock() - stats.mtimeMs / 1000 };
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function readNoFollow(path: string): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    return await readFile(handle, "utf8");
  } finally {
    await handle.close();
  }
}

/** Differs: read here and not by segment/json.ts, which may import this room, so this room may not import it. */
function parseOwner(text: string): Owner | undefined {
  let parsed: { readonly [field in keyof Owner]?: unknown } | null;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { pid, host, startedAt, token } = parsed ?? {};
  if (typeof pid !== "number" || !Number.isInteger(pid) || pid < 1 || pid > 2 ** 31 - 1) return undefined;
  if (typeof host !== "string" || typeof startedAt !== "string" || typeof token !== "string") return undefined;
  return token === "" ? undefined : { pid, host, startedAt, token };
}

async function isLive(holder: Owner | TornLock): Promise<boolean> {
  if (!("pid" in holder)) return holder.ageSeconds < lockTornSecondsMin;
  // A process of another host cannot be seen from here: it counts as alive.
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (errnoOf(error) === "ESRCH") return false;
  }
  const startedAt = await startOf(holder.pid);
  return startedAt === "" || holder.startedAt === "" || startedAt === holder.startedAt;
}

/**
 * When process `pid` started: this boot of the machine and clock ticks since, from /proc. "dead" for a process that
 * ended and was not waited for; "" where there is no /proc or it does not show the process.
 */
async function startOf(pid: number): Promise<string> {
  try {
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets and may hold anything; the third is the state, the 22nd the start.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state = "", ticks = ""] = [fields[3 - 3], fields[22 - 3]];
    if (state === "Z" || state === "X") return "dead";
    return /^[0-9a-f-]{36}$/.test(boot) && /^[0-9]+$/.test(ticks) ? `${boot}-${ticks}` : "";
  } catch {
    return "";
  }
}

function locked(directory: string, holder: Owner | TornLock | undefined): IndexError {
  const file = join(directory, lockName);
  if (holder === undefined || !("pid" in holder)) {
    return indexError("LOCKED", {
      what: "Another process is taking this index's lock",
      file,
      advice: "Try again in a few seconds.",
    });
  }
  const { pid, host } = holder;
  const isHere = host === hostname();
  const who = isHere && pid === process.pid ? `this process (${pid})` : `process ${pid}`;
  const advice = isHere
    ? ""
    : ` If that process is gone, which cannot be seen from ${hostname()}, delete the lock file.`;
  return indexError("LOCKED", {
    what: `The index is open for writing by ${who} on host ${host}`,
    file,
    pid,
    host,
    advice: `Close that writer, or open with readOnly: true.${advice}`,
  });
}

const errnoOf = (error: unknown): string => String((error as { readonly code?: unknown }).code);
