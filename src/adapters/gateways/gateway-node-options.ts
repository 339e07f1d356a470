/**
 * How Node.js runs a gateway process. Most of what a request leaves behind is garbage at once, so a small young generation costs
 * next to nothing, and keeps the process tens of megabytes smaller. One thread helps with collecting and compiling: four of them,
 * which is the default, leave a fifth of a single core to the requests while they work. Old memory is collected when it has grown by
 * three fifths, not several times over: under load some 150 MB are resident instead of 250.
 */
export const GATEWAY_NODE_OPTIONS: readonly string[] = [
  '--max-semi-space-size=4',
  '--v8-pool-size=1',
  '--heap-growing-percent=60',
];
