/** The guard whose outcomes are comparisons of mirrored answers instead of served requests. */
export const COMPARISON_GUARD = 'disagree';
