/**
 * How Node.js runs a gateway process. Most of what a request leaves behind is garbage at once, so a small young generation costs
 * next to nothing, and keeps the process tens of megabytes smaller.
 */
export const GATEWAY_NODE_OPTIONS: readonly string[] = ['--max-semi-space-size=4'];
