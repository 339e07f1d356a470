type Variables = Record<string, string | undefined>;

/** Where `env:NAME` is looked up: what the control plane sent last, beside what this process was started with. In memory alone. */
export interface SentKeys {
  readonly environment: Readonly<Variables>;
  /** All that are sent; earlier ones are forgotten. */
  take(values: Readonly<Record<string, string>>): void;
}

export function openSentKeys(own: Readonly<Variables>): SentKeys {
  const environment: Variables = { ...own };
  let sent: readonly string[] = [];
  return {
    environment,
    take(values) {
      for (const name of sent) environment[name] = own[name];
      sent = Object.keys(values);
      Object.assign(environment, values);
    },
  };
}
