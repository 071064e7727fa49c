/** It ships no types; only the parts we use are declared. */
declare module '@npmcli/arborist' {
  interface Tree {
    meta: {
      /** Content of the lockfile. */
      commit(): unknown;
    };
  }
  export default class Arborist {
    constructor(options: Record<string, unknown>);
    buildIdealTree(options?: { add?: string[] }): Promise<Tree>;
    reify(options?: { save?: boolean }): Promise<Tree>;
  }
}
