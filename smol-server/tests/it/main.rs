//! The server as its clients see it: over TCP.

mod auth;
mod bad_input;
mod common;
mod context;
mod detached;
mod drain;
mod errors;
mod flood;
mod forms;
mod frames;
mod lifecycle;
mod long_lived;
mod metrics;
mod options;
mod pages;
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
