import { stat } from 'node:fs/promises';
import type { SecureContext, SecureContextOptions, TlsOptions } from 'node:tls';
import { type CertificateState, daysLeft } from '../../core/routing/certificate-state.ts';
import { TidegateError } from '../../errors.ts';
import { contextOf, contextOptions } from './tls-context.ts';
import { datesProblem, namesOf, readTlsPair, type TlsFiles, type TlsPair } from './tls-pair.ts';

/** The certificates of one listening address, kept as fresh as their files. */
export interface TlsCertificates {
  /** For `createServer` of `node:https`. */
  readonly options: TlsOptions;
  /** From now on this server gets what is read anew; connections that are open stay as they are. */
  follow(server: { setSecureContext(options: SecureContextOptions): void }): void;
  /** Looks at the files now; resolves once what they hold is in use or refused. */
  reload(): Promise<void>;
  states(): readonly CertificateState[];
  close(): void;
}

export interface TlsCertificatesSpec {
  /** The first is shown to clients that name no host, or one that no certificate is for. */
  readonly pairs: readonly TlsFiles[];
  readonly nowMs: () => number;
  /** How often the files are looked at. Default 2 s. */
  readonly lookEveryMs?: number;
  /** Something in use has changed, or its problem has. */
  readonly onChanged?: () => void;
  readonly onNews: (what: string, about: object) => void;
  readonly onTrouble: (what: string, about: object) => void;
}

const LOOK_EVERY_MS = 2_000;
/** From so many days on each day is worth a word. */
const SOON_DAYS = 14;

interface Holder {
  pair: TlsPair;
  context: SecureContext;
  /** Of the files as they were read last, whether or not they could be used. */
  seen: string;
  /**
   * Of files that could not be used: to be looked at again, also when they stay as they are. Said only at the second look, for two files
   * are never replaced at once.
   */
  doubted: string;
  problem: string | null;
  /** The number of days left that was last said. */
  saidDays: number;
}

/** Reads and watches certificates. @throws TidegateError `certificate-unusable` when one cannot be used at the start */
export async function openTlsCertificates(spec: TlsCertificatesSpec): Promise<TlsCertificates> {
  const { nowMs, onNews, onTrouble } = spec;
  const holders: Holder[] = [];
  for (const files of spec.pairs) {
    const seen = await traceOf(files);
    const reading = await readTlsPair(files);
    if (reading.kind === 'unusable') throw new TidegateError('certificate-unusable', reading.problem);
    const { pair } = reading;
    if (pair.warning !== null) onTrouble(pair.warning, {});
    holders.push({
      pair,
      context: contextOf(pair),
      seen,
      doubted: '',
      problem: pair.warning,
      saidDays: Number.POSITIVE_INFINITY,
    });
  }
  const [first] = holders;
  if (first === undefined) throw new TidegateError('certificate-unusable', 'No certificate is named.');
  let follower: { setSecureContext(options: SecureContextOptions): void } | null = null;

  const take = (holder: Holder, pair: TlsPair): void => {
    const context = contextOf(pair);
    holder.pair = pair;
    holder.context = context;
    holder.problem = pair.warning;
    holder.saidDays = Number.POSITIVE_INFINITY;
    if (holder === first) follower?.setSecureContext(contextOptions(pair));
    const { certificate } = pair.files;
    onNews('a certificate was read anew', {
      certificate,
      names: namesOf(pair.leaf),
      until: pair.leaf.validTo,
    });
    if (pair.warning !== null) onTrouble(pair.warning, {});
  };
  /** False when that was known. */
  const refuse = (holder: Holder, problem: string): boolean => {
    if (holder.problem === problem) return false;
    holder.problem = problem;
    onTrouble('a new certificate is not used; the one before it goes on', { problem });
    return true;
  };
  const lookAt = async (holder: Holder, isAsked: boolean): Promise<boolean> => {
    const { files } = holder.pair;
    const trace = await traceOf(files);
    if (trace === holder.seen && holder.doubted === '' && !isAsked) return false;
    const reading = await readTlsPair(files);
    holder.seen = trace;
    if (reading.kind === 'usable') {
      holder.doubted = '';
      const { pair } = reading;
      const isSame = pair.leaf.fingerprint256 === holder.pair.leaf.fingerprint256;
      if (
        isSame &&
        pair.certificatePem === holder.pair.certificatePem &&
        pair.keyPem === holder.pair.keyPem
      ) {
        const was = holder.problem;
        holder.problem = pair.warning;
        return was !== holder.problem;
      }
      const dates = datesProblem(pair, nowMs());
      if (dates === null || datesProblem(holder.pair, nowMs()) !== null) {
        take(holder, pair);
        return true;
      }
      // Looked at again, for it may become valid without a change of its file.
      holder.doubted = trace;
      return refuse(holder, dates);
    }
    if (!isAsked && holder.doubted !== trace) {
      holder.doubted = trace;
      return false;
    }
    holder.doubted = '';
    return refuse(holder, reading.problem);
  };
  const sayWhatEnds = (): void => {
    for (const holder of holders) {
      const days = daysLeft(holder.pair, nowMs());
      const dates = datesProblem(holder.pair, nowMs());
      if ((dates === null && days >= SOON_DAYS) || days >= holder.saidDays) continue;
      holder.saidDays = days;
      onTrouble(
        dates ??
          `The certificate in ${holder.pair.files.certificate} ends in ${days === 1 ? 'one day' : `${days} days`}.`,
        {},
      );
    }
  };

  let looking: Promise<void> = Promise.resolve();
  const look = (isAsked: boolean): Promise<void> => {
    const looked = looking.then(async () => {
      let isChanged = false;
      for (const holder of holders) isChanged = (await lookAt(holder, isAsked)) || isChanged;
      sayWhatEnds();
      if (isChanged) spec.onChanged?.();
    });
    // One look that failed must not be the last.
    looking = looked.catch((error: unknown) =>
      onTrouble('certificates could not be looked at', { err: error }),
    );
    return looking;
  };
  sayWhatEnds();
  const timer = setInterval(() => void look(false), spec.lookEveryMs ?? LOOK_EVERY_MS);
  timer.unref();

  return {
    options: {
      ...contextOptions(first.pair),
      ALPNProtocols: ['http/1.1'],
      SNICallback: (name, done) => {
        const holder = holders.find(({ pair }) => pair.leaf.checkHost(name) !== undefined) ?? first;
        done(null, holder.context);
      },
    },
    follow(server) {
      follower = server;
    },
    reload: () => look(true),
    states: () =>
      holders.map(({ pair, problem }) => ({
        file: pair.files.certificate,
        names: namesOf(pair.leaf),
        notBeforeMs: pair.notBeforeMs,
        notAfterMs: pair.notAfterMs,
        fingerprint: pair.leaf.fingerprint256,
        problem,
      })),
    close: () => clearInterval(timer),
  };
}

/** Changes when either file does, or what a link in their place leads to. */
async function traceOf({ certificate, key }: TlsFiles): Promise<string> {
  const traces = await Promise.all(
    [certificate, key].map((file) =>
      stat(file).then(
        ({ dev, ino, size, mtimeMs, ctimeMs }) => `${dev}.${ino}.${size}.${mtimeMs}.${ctimeMs}`,
        () => 'none',
      ),
    ),
  );
  return traces.join(' ');
}
