//! The server as its clients see it: over TCP.

mod auth;
mod bad_input;
mod common;
mod context;
mod detached;
mod drain;
mod errors;
mod forms;
mod frames;
mod lifecycle;
mod metrics;
mod mount_tasks;
mod options;
mod pages;
mod redirects;
mod routes;
mod secrets;
mod sessions;
mod shared;
mod silence;
mod sleep;
mod specification;
mod steps;
mod store;
mod tasks;
mod traces;
