//! Every limit of the core, by name. Those that a program may change are fields of [`Config`](crate::Config), with these as
//! their defaults.

use core::time::Duration;

/// The largest message from the browser, in bytes (rule S7).
pub const MAX_MESSAGE: usize = 64 * 1024;

/// The deepest nesting of arrays and maps in a frame (rule S7).
pub const MAX_DEPTH: usize = 8;

/// The most elements of all arrays of one frame together (rule S7). Reading one allocates nothing, so a message is bounded by its size first of
/// all: fields that a form has names and values for reach [`MAX_MESSAGE`] before this. It bounds what page code may have to look through where
/// a program allows larger messages.
pub const MAX_NODES: usize = 16 * 1024;

/// The longest name of an event, target or key, in bytes.
pub const MAX_NAME: usize = 128;

/// The longest name of a region, in bytes.
pub const MAX_REGION_NAME: usize = 128;

/// How deep regions may nest.
pub const MAX_REGION_DEPTH: usize = 8;

/// The most region HTML that one session may hold, in bytes (rule S11).
pub const MAX_REGION_BYTES: usize = 1024 * 1024;

/// The most bytes that a session's encoded state may have (rule S11).
pub const MAX_STATE: usize = 256 * 1024;

/// How many inputs wait while a commit is under way (rule S11). A driver stops reading before, see
/// [`Machine::is_ready`](crate::Machine::is_ready).
pub const MAX_INBOX: usize = 64;

/// How many frames may be on their way to the browser without an acknowledgement (rule R8).
pub const WINDOW_FRAMES: u32 = 4;

/// How many bytes may be on their way to the browser without an acknowledgement (rule R8). A single frame may exceed it.
pub const WINDOW_BYTES: usize = 256 * 1024;

/// How long a full window may stay without an acknowledgement before the connection is closed (rule R8).
pub const STUCK_AFTER: Duration = Duration::from_secs(30);

/// How many panics and failed renders within [`STRIKE_WINDOW`] close a session (rule R5).
pub const MAX_STRIKES: usize = 3;

/// The time in which [`MAX_STRIKES`] count (rule R5).
pub const STRIKE_WINDOW: Duration = Duration::from_secs(60);

/// How long a change that no event caused may wait for its commit (rule R3).
pub const COMMIT_WITHIN: Duration = Duration::from_secs(1);

/// The longest time over which the browsers of a server that stops are spread, and for which one is sent away (rules R13 and R14).
pub const MAX_AWAY: Duration = Duration::from_secs(30);

/// How long a server that has a successor may take to end (rule R13).
pub const DRAIN_WITHIN: Duration = Duration::from_secs(45);

/// How many joins a second a server admits for long (rule R14).
pub const ADMISSION_RATE: u32 = 1000;

/// How many joins a server admits at once (rule R14).
pub const ADMISSION_BURST: u32 = 2000;

/// How many commands may wait for the browser's acknowledgement.
pub const MAX_OUTBOX: usize = 64;

/// The highest number that a browser can have counted a session's commands to; a higher one counts as this.
pub const MAX_COMMAND: u64 = 1 << 48;

/// How many events may wait in the browser for their acknowledgement (rule R12).
pub const MAX_PENDING: usize = 64;

/// How many timers a session may have at once.
pub const MAX_TIMERS: usize = 64;

/// How many topics a session may follow at once.
pub const MAX_TOPICS: usize = 256;

/// How many regions may be marked by name; past it, all are (rule R8).
pub const MAX_MARKS: usize = 1024;

/// How many effects (subscriptions, messages, tasks) one call of page code may ask for.
pub const MAX_EFFECTS: usize = 1024;

/// How many effects may wait for a commit: those of every timer that is due at once, and of one call more.
pub const MAX_HELD: usize = (MAX_TIMERS + 1) * MAX_EFFECTS;

/// The smallest region, in bytes, for which looking for a smaller element to patch pays.
pub const NARROW_FROM: usize = 1024;
