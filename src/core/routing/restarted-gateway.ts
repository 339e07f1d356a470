/**
 * What became of replacing one gateway process. `handed-over`: another one serves at the same socket; the one before finishes what it has. `started-anew`: the
 * one before could not hand over, and for a moment nobody served there. `kept`: it serves as before. `from` and `to` are boots.
 */
export type RestartedGateway = {
  readonly gateway: string;
  readonly environment: string;
} & (
  | { readonly outcome: 'handed-over' | 'started-anew'; readonly from: string; readonly to: string }
  | { readonly outcome: 'kept'; readonly from: string | null; readonly why: string }
);
