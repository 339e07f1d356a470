import { runScenario, type ScenarioResult } from './run-scenario.ts';
import type { Scenario, Step } from './scenario.ts';
import type { Violation } from './violation.ts';

/**
 * Leaves out steps as long as the same rule is still broken (delta debugging: halves first, single steps last).
 * @param runsAtMost plays no more scenarios than that. Default 400.
 * @param play says what a scenario breaks. Default: it is played.
 */
export const shrinkScenario = async (
  scenario: Scenario,
  isKnown: (violation: Violation) => boolean,
  runsAtMost = 400,
  play: (scenario: Scenario) => Promise<Pick<ScenarioResult, 'violations'>> = (one) =>
    runScenario(one, isKnown),
): Promise<Scenario> => {
  const [first] = (await play(scenario)).violations;
  if (first === undefined) return scenario;
  let runsLeft = runsAtMost;
  const breaks = async (steps: readonly Step[]): Promise<boolean> => {
    runsLeft -= 1;
    const { violations } = await play({ ...scenario, steps });
    return violations[0]?.rule === first.rule;
  };
  let steps = scenario.steps;
  for (let chunk = Math.ceil(steps.length / 2); chunk >= 1 && runsLeft > 0; ) {
    let hasShrunk = false;
    for (let at = 0; at < steps.length && runsLeft > 0; ) {
      const fewer = [...steps.slice(0, at), ...steps.slice(at + chunk)];
      if (await breaks(fewer)) {
        steps = fewer;
        hasShrunk = true;
      } else at += chunk;
    }
    if (chunk === 1 && !hasShrunk) break;
    chunk = chunk === 1 ? 1 : Math.ceil(chunk / 2);
  }
  return { ...scenario, steps };
};
