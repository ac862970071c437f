// Close codes, see WIRE.md.

/** The session is over. */
export const ENDED = 1000;
/** Below the runtime's own: the message couldn't be read, or was too large. */
export const PROTOCOL = 1002;
export const TYPE = 1003;
export const SIZE = 1009;
/** The server has no room now; the reason says for how many ms. */
export const LATER = 1013;
/** Another connection of the session took over. */
export const REPLACED = 4000;
/** The token is wrong, missing or expired. */
export const TOKEN = 4001;
