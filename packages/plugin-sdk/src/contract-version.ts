/**
 * Version of the contract between plugins and workers, as `major.minor`. A worker loads plugins of its own major version;
 * a minor version only adds. It is not the version of this package.
 */
export const contractVersion = '1.3';
