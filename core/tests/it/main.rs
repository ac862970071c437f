//! The machine, joined to a client without a network.

#[path = "../../../tests/browser/server/src/board.rs"]
mod board;
mod boxes;
mod command_numbers;
mod commit;
mod common;
mod connection;
mod delivery;
mod drain;
mod failed_renders;
mod handshake;
mod hostile;
mod interned;
mod limits;
mod marking;
mod markup;
mod moved_regions;
mod panicking_values;
mod random_pages;
mod records;
mod redirects;
mod refused_events;
mod regions;
mod remount;
mod resets;
mod restore;
mod session;
mod shared;
mod sleep;
mod vanished_regions;
mod waiting;
