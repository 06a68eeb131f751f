// A line between a browser and a server that can be pulled and plugged in again.
import { connect, createServer } from "node:net";

/** @param {string} url of the server */
export async function layCable(url) {
  const { hostname, port } = new URL(url);
  /** @type {Set<import("node:net").Socket>} */
  const ends = new Set();
  let pulled = false;
  const server = createServer((near) => {
    if (pulled) return near.destroy();
    const far = connect(Number(port), hostname);
    for (const [from, to] of /** @type {const} */ ([
      [near, far],
      [far, near],
    ])) {
      ends.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        ends.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("there is no free port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    pull() {
      pulled = true;
      for (const end of ends) end.destroy();
    },
    plugIn() {
      pulled = false;
    },
    close() {
      this.pull();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
