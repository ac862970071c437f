//! Markup of a plain route in the application's document.

use http::{HeaderMap, Response, StatusCode, Uri};
use live_core::{Request, Result};

use super::get::LAYOUT;
use super::upgrade::pairs;
use super::{Engine, Visitor};
use crate::entropy;
use crate::form;
use crate::layout::Shell;

/// A plain route's markup for a layout.
#[derive(Clone, Copy, Debug)]
pub struct Markup<'a> {
    /// The name of one of [`Options::layouts`](crate::Options::layouts); empty for [`Options::layout`](crate::Options::layout).
    pub layout: &'a str,
    /// The document's title, as text.
    pub title: &'a str,
    /// The HTML for the place where a page would be.
    pub html: &'a str,
}

impl Engine {
    /// A document of the application's own with markup of a plain route in it, with the headers that pages have. It isn't live: the browser's runtime
    /// isn't loaded.
    ///
    /// # Errors
    /// If no layout has this name.
    pub fn in_layout(
        &self,
        markup: Markup<'_>,
        uri: &Uri,
        headers: &HeaderMap,
        visitor: &Visitor,
    ) -> Result<Response<String>> {
        let layout = self.layout(markup.layout)?;
        let nonce = entropy::text();
        let request = Request {
            base: self.prefix.shared(),
            path: uri.path().to_owned(),
            query: form::query(uri.query().unwrap_or_default()).unwrap_or_default(),
            headers: pairs(headers.iter()),
            peer: visitor.peer,
            user_id: visitor.user_id.clone(),
            ..Request::default()
        };
        let shell = Shell {
            title: markup.title,
            head: "",
            root: markup.html,
            nonce: &nonce,
            request: &request,
            assets: &self.assets,
        };
        let mut body = String::with_capacity(markup.html.len() + LAYOUT);
        layout.render(&shell, &mut body);
        Ok(self.html(StatusCode::OK, &nonce, body))
    }
}
