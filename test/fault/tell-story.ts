import { openWorld, type World } from './world.ts';

/** People who repeat a command until they have its answer, whatever dies meanwhile. */
export interface Person {
  /** True once the command was acknowledged by a control plane that lived on. */
  asks(name: string, command: () => Promise<unknown>): Promise<boolean>;
}

export interface Story {
  readonly options: Parameters<typeof openWorld>[0];
  readonly environments: readonly string[];
  /** Happens every half second while a control plane lives; true ends the story. Must be harmless to repeat. */
  readonly step: (world: World, person: Person) => Promise<boolean>;
}

const longestSteps = 240;

/**
 * Plays a story in which the first control plane dies at its `dieAt`-th call of a port (null: never). Somebody starts
 * another one at once.
 */
export const tellStory = async (story: Story, dieAt: number | null): Promise<World> => {
  const world = openWorld(story.options);
  void world.startControlPlane(dieAt);
  for (const environment of story.environments) world.connectGateway(environment);
  const acknowledged = new Set<string>();
  const person: Person = {
    async asks(name, command) {
      if (acknowledged.has(name)) return true;
      const life = world.life();
      const asked = command().then(
        () => {
          if (!life.isDead()) acknowledged.add(name);
        },
        () => undefined,
      );
      await Promise.race([asked, world.clock.advance(5)]);
      return acknowledged.has(name);
    },
  };
  for (let step = 0; step < longestSteps; step += 1) {
    await world.clock.advance(500);
    if (world.life().isDead()) {
      void world.startControlPlane(null);
      for (const environment of story.environments) world.reconnectGateway(environment);
      await world.clock.advance(10);
    }
    if (await story.step(world, person)) break;
  }
  return world;
};
