//! The guide: each page is short, and its examples are tested.
//!
//! | page | what it is about |
//! |---|---|
//! | [`first_page`] | a page from nothing to running |
//! | [`regions`] | the parts of a page, and how a change costs no more than it has to |
//! | [`forms`] | fields, validation, errors beside the field; with and without JavaScript |
//! | [`files`] | the document around pages, static files, plain routes, compression |
//! | [`pubsub`] | pages that talk to each other; who is present |
//! | [`timers_and_tasks`] | messages that come later, work that takes long |
//! | [`browser`] | every attribute of the markup, and what a script may call |
//! | [`commands`] | what the server may ask the browser to do |
//! | [`errors`] | what happens when page code fails |
//! | [`performance`] | where the time of an event goes, and what an idle session keeps |
//! | [`promises`] | what is lost and applied twice when things break: nothing, within limits that it names |
//! | [`auth`] | who is logged in; log-in and log-out |
//! | [`testing`] | pages in tests, without a browser |
//! | [`development`] | what helps while a page is being written |
//! | [`deploying`] | a server for the public |
//! | [`hosting`] | behind nginx and Caddy, under systemd, in a container; TLS |
//! | [`embedding`] | live pages in another server, or on another target |
//! | [`protocol`] | what travels, and why it is small |
//! | [`coming_from_liveview`] | Phoenix LiveView's words, and ours |
//! | [`specification`] | the specification line by line, and a test of each |
#![cfg_attr(not(feature = "test-client"), allow(rustdoc::broken_intra_doc_links))]

// What the pages link to.
#[cfg(doc)]
use crate::prelude::*;

#[doc = include_str!("auth.md")]
pub mod auth {}
#[doc = include_str!("../../../client/README.md")]
pub mod browser {}
#[doc = include_str!("coming_from_liveview.md")]
pub mod coming_from_liveview {}
#[doc = include_str!("commands.md")]
pub mod commands {}
#[doc = include_str!("deploying.md")]
pub mod deploying {}
#[doc = include_str!("hosting.md")]
#[doc = "\n# nginx.conf\n\n```nginx"]
#[doc = include_str!("deploy/nginx.conf")]
#[doc = "```\n\n# Caddyfile\n\n```text"]
#[doc = include_str!("deploy/Caddyfile")]
#[doc = "```\n\n# app.service\n\n```ini"]
#[doc = include_str!("deploy/app.service")]
#[doc = "```\n\n# app.socket\n\n```ini"]
#[doc = include_str!("deploy/app.socket")]
#[doc = "```"]
pub mod hosting {}
#[doc = include_str!("development.md")]
pub mod development {}
#[doc = include_str!("embedding.md")]
pub mod embedding {}
#[doc = include_str!("errors.md")]
pub mod errors {}
#[doc = include_str!("files.md")]
pub mod files {}
#[doc = include_str!("first_page.md")]
pub mod first_page {}
#[doc = include_str!("forms.md")]
pub mod forms {}
#[doc = include_str!("performance.md")]
pub mod performance {}
#[doc = include_str!("promises.md")]
pub mod promises {}
#[doc = include_str!("protocol.md")]
pub mod protocol {}
#[doc = include_str!("pubsub.md")]
pub mod pubsub {}
#[doc = include_str!("regions.md")]
pub mod regions {}
#[doc = include_str!("specification.md")]
pub mod specification {}
#[doc = include_str!("testing.md")]
pub mod testing {}
#[doc = include_str!("timers_and_tasks.md")]
pub mod timers_and_tasks {}
