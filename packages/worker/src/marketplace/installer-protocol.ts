/** A job of the installer's process. */
export interface InstallerJob {
  kind: 'resolve' | 'reify';
  /** Folder of this job: it gets the files, and the cache of downloads. */
  folder: string;
  /** `<name>@<exact version>` */
  spec: string;
  /** Registry; without one npm's library takes the public one. */
  registry: string | undefined;
  /** Lockfile to install, for `reify`. */
  lock: string | undefined;
}

/** Its answer. `lock` is that of `resolve`. */
export type InstallerAnswer =
  | { isDone: true; lock: string }
  | { isDone: false; code: string; message: string };
