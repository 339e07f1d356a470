import type { Component, FileTree } from './manifest.ts';

export type TreeFile = FileTree['files'][number];

/** Order of paths and names everywhere in a release: by UTF-16 code units, as RFC 8785 orders keys; never by locale. */
export const compareCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The file list of a component in its one canonical order. */
export const fileTree = (files: readonly TreeFile[]): FileTree => ({
  schema: 'tidegate.tree/v1',
  files: [...files].sort((a, b) => compareCodeUnits(a.path, b.path)),
});

/** Where a file of a component stands in the release's directory. */
export const pathInRelease = (component: Pick<Component, 'path'>, path: string): string =>
  component.path === '.' ? path : `${component.path}/${path}`;
