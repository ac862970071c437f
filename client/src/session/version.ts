// The version of the built script. The build replaces the name by the digest of its own sources.

declare const LIVE_VERSION: string;

/** Eight hex digits. */
export const VERSION: string = LIVE_VERSION;
