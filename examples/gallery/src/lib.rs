//! The gallery: every example page in one server. Each page is a file of its own, to be read and to be copied.
#![forbid(unsafe_code)]

pub mod account;
mod acts;
pub mod chat;
pub mod commands;
pub mod counter;
pub mod dashboard;
pub mod files;
pub mod index;
pub mod layout;
pub mod login;
pub mod logins;
mod people;
pub mod reports;
mod rooms;
mod samples;
mod stock;
pub mod table;
#[cfg(test)]
mod tests;
pub mod todos;

use std::sync::Arc;

use live_smol::live_std::Metrics;
use live_smol::prelude::*;
use logins::Logins;

/// A server with all pages and routes, in the gallery's own layout.
pub fn live(options: Options) -> Live {
    let (metrics, logins) = (Arc::new(Metrics::new()), Arc::new(Logins::default()));
    let https = options.public_url.as_ref().is_some_and(|url| url.starts_with("https:"));
    let options = Options {
        layout: Arc::new(layout::layout),
        metrics: Some(metrics.clone()),
        auth: Some(logins.clone().auth()),
        ..options
    };
    let live = Live::new(reports::with_reports(options))
        .page("/", index::IndexPage)
        .page("/counter", counter::CounterPage)
        .page("/chat/{room}", chat::ChatPage::default())
        .page("/table", table::TablePage::default())
        .page("/todos", todos::TodosPage)
        .page("/commands", commands::CommandsPage)
        .page("/dashboard", dashboard::DashboardPage::new(metrics))
        .page("/account", account::AccountPage::new(logins.clone()));
    login::serve(files::serve(live), logins, https)
}
