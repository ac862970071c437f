//! The server as its clients see it: over TCP.

mod auth;
mod bad_input;
mod common;
mod detached;
mod forms;
mod lifecycle;
mod metrics;
mod pages;
mod routes;
mod sessions;
mod store;
mod tasks;
mod traces;
