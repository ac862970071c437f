//! The answer where there is no page to show: in dev mode it says what went wrong, else nothing that isn't everybody's.

use std::fmt;

use http::{Response, StatusCode};
use live_core::ErrorReport;

use super::Engine;
use super::get::see_other;
use crate::entropy;
use crate::layout::Escaped;
use crate::options::SessionInfo;

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{max-width:64rem;margin:0 auto;padding:1rem;font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}\
h1{font-size:1.25rem;color:light-dark(#a01b14,#ffb4ab)}\
pre{margin:0;font:.875rem/1.5 ui-monospace,monospace;white-space:pre-wrap}\
li{margin:.5rem 0}";

/// A failed call of page code, as a document for the page's author.
struct Failure<'a> {
    path: &'a str,
    report: &'a ErrorReport,
    nonce: &'a str,
}

impl Engine {
    /// What a browser is told of a failed call of page code, which is reported; or where a redirect sends it.
    pub(super) fn failure(&self, session: &SessionInfo<'_>, report: ErrorReport) -> Response<String> {
        if let Some(redirect) = report.error.redirect() {
            return see_other(&redirect.to);
        }
        self.report(session, &report);
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        if !self.options.dev {
            return self.plain(status, "Something went wrong.");
        }
        let nonce = entropy::text();
        let body = Failure { path: session.path, report: &report, nonce: &nonce }.to_string();
        self.html(status, &nonce, body)
    }

    /// A document that says no more than this.
    pub(super) fn plain(&self, status: StatusCode, text: &str) -> Response<String> {
        let title = status.canonical_reason().unwrap_or("Error");
        let body = format!("<!doctype html><title>{title}</title><p>{}</p>", Escaped(text));
        self.html(status, &entropy::text(), body)
    }
}

impl fmt::Display for Failure<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, nonce) = (Escaped(self.path), self.nonce);
        let call = self.report.call.to_string();
        let call = Escaped(&call);
        write!(
            f,
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
             <title>{call} failed on {path}</title><style nonce=\"{nonce}\">{STYLE}</style>\
             <h1>Something went wrong.</h1><p><code>{call}</code> failed on <code>{path}</code>:</p><ol>"
        )?;
        for cause in self.report.error.chain() {
            write!(f, "<li><pre>{}</pre></li>", Escaped(&cause.to_string()))?;
        }
        f.write_str("</ol><p>The first is what the page's code returned, each line below it what caused the one above. \
             Only development mode shows this.</p>")
    }
}

#[cfg(test)]
mod tests {
    use live_core::{Call, Error, RecoverableError};

    use super::*;

    #[test]
    fn page_call_and_each_cause_are_shown_and_escaped() {
        let error = RecoverableError::new("a < b").caused_by(Error::msg("<script>"));
        let report = ErrorReport { call: Call::Handle("\"x\"".to_owned()), error: error.into() };
        let shown = Failure { path: "/a&b", report: &report, nonce: "n" }.to_string();
        assert!(shown.contains("<code>handle `&quot;x&quot;`</code> failed on <code>/a&amp;b</code>"));
        assert!(shown.contains("<li><pre>a &lt; b</pre></li><li><pre>&lt;script&gt;</pre></li>"));
    }
}
