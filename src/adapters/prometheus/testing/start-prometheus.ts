import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real Prometheus on the loopback, and a program with gauges that it reads five times a second. */
export interface RunningPrometheus {
  readonly address: string;
  /** Sets a gauge (one series for each value; none removes it) and resolves once queries show it. */
  show(name: string, values: readonly number[], labels?: Readonly<Record<string, string>>): Promise<void>;
  /** kill -9, as when its machine dies. */
  kill(): Promise<void>;
  /** Lets it stand still (SIGSTOP) or go on (SIGCONT). */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  close(): Promise<void>;
}

const scrapeEvery = '200ms';

/** Something else that it is to read as often. */
export interface ScrapedTarget {
  readonly address: string;
  readonly tokenFile: string;
}

/** @throws Error with what it said when it does not come up */
export const startPrometheus = async (
  program: string,
  scraped: ScrapedTarget | null = null,
): Promise<RunningPrometheus> => {
  const gauges = new Map<string, readonly string[]>();
  const exporter = createHttpServer((_request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end([...gauges.values()].flat().join(''));
  });
  await new Promise<void>((resolve) => exporter.listen(0, '127.0.0.1', resolve));
  const directory = mkdtempSync(join(tmpdir(), 'tidegate-prometheus-'));
  let child: ChildProcess | null = null;
  const end = async (): Promise<void> => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child?.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };
  const close = async (): Promise<void> => {
    await end();
    exporter.closeAllConnections();
    await new Promise((resolve) => exporter.close(resolve));
    rmSync(directory, { recursive: true, force: true });
  };

  const config = join(directory, 'prometheus.yml');
  const target = `127.0.0.1:${(exporter.address() as AddressInfo).port}`;
  writeFileSync(
    config,
    `global: {scrape_interval: ${scrapeEvery}, scrape_timeout: ${scrapeEvery}}
scrape_configs:
  - {job_name: test, static_configs: [{targets: ['${target}']}]}
${scraped === null ? '' : jobFor(scraped)}`,
  );
  const listen = `127.0.0.1:${await freePort()}`;
  const address = `http://${listen}`;
  let said = '';
  child = spawn(
    program,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=${listen}`,
    ],
    { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const isUp = async (): Promise<boolean> => {
    if (child?.exitCode !== null) throw new Error(`Prometheus ended at once:\n${said}`);
    const answer = await fetch(`${address}/-/ready`).catch(() => null);
    await answer?.body?.cancel();
    return answer?.ok === true;
  };
  try {
    await waitFor('Prometheus is ready', isUp);
  } catch (error) {
    await close();
    throw error;
  }

  const seen = async (name: string): Promise<readonly string[]> => {
    const query = new URLSearchParams({ query: name });
    const answer = await fetch(`${address}/api/v1/query?${query}`);
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    return data.result.map(({ value }) => asText(fromText(value[1]))).sort();
  };
  return {
    address,
    async show(name, values, labels = {}) {
      gauges.set(
        name,
        values.map((value, index) => {
          const all = { ...labels, n: String(index) };
          const text = Object.entries(all).map(([label, of]) => `${label}=${JSON.stringify(of)}`);
          return `${name}{${text.join(',')}} ${asText(value)}\n`;
        }),
      );
      const wanted = values.map(asText).sort().join();
      await waitFor(`${name} is ${wanted}`, async () => (await seen(name)).join() === wanted);
    },
    kill: end,
    signal: (signal) => void child?.kill(signal),
    close,
  };
};

const jobFor = ({ address, tokenFile }: ScrapedTarget): string =>
  `  - {job_name: scraped, scrape_interval: 1s, scrape_timeout: 1s, authorization: {credentials_file: '${tokenFile}'}, static_configs: [{targets: ['${new URL(address).host}']}]}\n`;

/** Go writes some numbers otherwise than JavaScript does. */
const fromText = (text: string): number => Number(text.replace('Inf', 'Infinity'));

const asText = (value: number): string => {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
};

const waitFor = async (what: string, isSo: () => Promise<boolean>, withinMs = 20_000): Promise<void> => {
  const endsAtMs = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > endsAtMs) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};
