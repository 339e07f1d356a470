/**
 * Preload for tools that need TypeScript's compiler API, which TypeScript 7 no longer has: whatever such a tool asks
 * for as `typescript` it gets from `typescript6`. Used as `node --import ./scripts/typescript-for-tools.ts TOOL`.
 */
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, nextResolve) =>
    nextResolve(specifier.replace(/^typescript(?=$|\/)/, 'typescript6'), context),
});
