import { readFile } from 'node:fs/promises';

/** Processor time of a process and its children, in seconds; Linux counts it in steps of 10 ms. */
export async function processorSeconds(pid: number): Promise<number> {
  let ticks = 0;
  for (const one of [pid, ...(await childrenOf(pid))]) {
    const stat = await readFile(`/proc/${one}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / 100;
}

/** Resident memory of a process and its children. */
export async function residentMegabytes(pid: number): Promise<number> {
  let kilobytes = 0;
  for (const one of [pid, ...(await childrenOf(pid))]) {
    const status = await readFile(`/proc/${one}/status`, 'utf8');
    kilobytes += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
  }
  return Math.round(kilobytes / 1024);
}

async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').filter(Boolean).map(Number);
}
