export * from './rollout-evidence.ts';
