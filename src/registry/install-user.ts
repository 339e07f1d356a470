import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** A number that no account has by custom; below those that releases run under. */
const spareUser: SystemUser = { uid: 59_999, gid: 59_999 };

/**
 * Who runs install commands when nobody was named: as root somebody else, because the scripts of strangers' packages must
 * not read Tidegate's own files; otherwise (null) ourselves, for we may not become anybody. Also ourselves where the place
 * of the installs lies in a directory closed to others.
 */
export const chooseInstallUser = async (place: string): Promise<SystemUser | null> =>
  process.getuid?.() === 0 && (await isOpenToOthers(place)) ? spareUser : null;

const isOpenToOthers = async (path: string): Promise<boolean> => {
  for (let each = path; ; each = dirname(each)) {
    if (((await stat(each)).mode & 0o001) === 0) return false;
    if (each === dirname(each)) return true;
  }
};
