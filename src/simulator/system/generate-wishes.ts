import type { RandomSource } from './random-source.ts';
import type { LaneName, Setup, Step, Wish } from './scenario.ts';

/** Draws what people do: something begins early, and what follows comes close enough to interfere with it. */
export const generateWishes = (random: RandomSource, setup: Setup, healsAtMs: number): Step[] => {
  const steps: Step[] = [];
  const ask = (atMs: number, person: string, wish: Wish): void => {
    if (atMs < healsAtMs) steps.push({ atMs: Math.round(atMs), do: 'ask', person, ...wish });
  };
  let rollouts = 0;
  const [first] = setup.environments;
  for (const { name: service, releases } of setup.services) {
    const ship = (atMs: number, environment: string, version: string): void => {
      rollouts += 1;
      ask(atMs, 'ann', { what: 'ship', service, environment, version, rollout: `ro_${rollouts}` });
    };
    const lanes: LaneName[] = setup.environments.map(({ name: environment }) => ({ service, environment }));
    // Most of what can go wrong needs something that serves already.
    for (const [index, { environment }] of lanes.entries())
      if (index === 0 || random.chance(0.5)) ship(50 + random.between(0, 200), environment, '1.0.0');
    let atMs = random.between(1_200, 3_000);
    while (atMs < healsAtMs) {
      const lane = random.pick(lanes);
      const draw = random.share();
      if (draw < 0.42) {
        const { version } = random.pick(releases.slice(1));
        ship(atMs, random.chance(0.8) ? first!.name : lane.environment, version);
        // A second one in close pursuit.
        if (random.chance(0.2))
          ship(atMs + random.between(0, 400), first!.name, random.pick(releases).version);
      } else if (draw < 0.54) ask(atMs, 'bob', { what: 'promote', ...lane });
      else if (draw < 0.66) ask(atMs, 'bob', { what: 'abort', ...lane });
      else if (draw < 0.77)
        ask(atMs, 'ann', {
          what: 'rollback',
          to: random.chance(0.3) ? random.pick(releases).version : null,
          ...lane,
        });
      else if (draw < 0.84) ask(atMs, 'cat', { what: 'advance', ...lane });
      else if (draw < 0.9) {
        ask(atMs, 'cat', { what: 'pause', ...lane });
        ask(atMs + random.between(100, 2_000), 'cat', { what: 'resume', ...lane });
      } else ask(atMs, 'cat', { what: 'resume', ...lane });
      atMs += random.chance(0.35) ? random.between(5, 300) : random.between(500, 3_500);
    }
    for (const lane of lanes) {
      const { approvals } = setup.environments.find(({ name }) => name === lane.environment)!.policy;
      if (approvals === 0 && !random.chance(0.15)) continue;
      for (let at = random.between(800, 1_600); at < healsAtMs; at += random.between(500, 2_500))
        ask(at, random.pick(['ann', 'bob', 'cat']), { what: 'approve', ...lane });
    }
  }
  if (random.chance(0.1)) ask(random.between(500, healsAtMs), 'ann', { what: 'create-key', id: 'app' });
  if (random.chance(0.05)) ask(random.between(3_000, healsAtMs), 'ann', { what: 'revoke-key', id: 'app' });
  return steps;
};
