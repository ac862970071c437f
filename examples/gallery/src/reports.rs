//! Reports of errors, for the page that shows what `Options::on_error` is told.

use std::sync::Arc;

use live_smol::live_core::ErrorReport;
use live_smol::live_std::SessionInfo;
use live_smol::prelude::*;

/// The same options, but what goes to `on_error` is also told to the page that it comes from.
pub fn with_reports(options: Options) -> Options {
    let (on_error, pubsub) = (options.on_error.clone(), options.pubsub.clone());
    let tell = move |session: &SessionInfo<'_>, report: &ErrorReport| {
        on_error(session, report);
        pubsub.publish(&topic(session.id), &report.to_string()).expect("the bus takes every short topic");
    };
    Options { on_error: Arc::new(tell), ..options }
}

/// Where one session's reports go.
pub(crate) fn topic(session: SessionId) -> String {
    format!("errors:{:x}", u128::from_be_bytes(*session.as_bytes()))
}
