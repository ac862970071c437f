//! Each page as a user tries it, without a server.

mod account;
mod chat;
mod commands;
mod counter;
mod dashboard;
mod index;
mod table;
mod todos;
