//! The document around every page: header, navigation, footer.

use live_smol::header::HeaderValue;
use live_smol::live_std::{Shell, Template, entropy, headers};
use live_smol::prelude::*;
use sailfish::TemplateSimple;

#[derive(TemplateSimple)]
#[template(path = "layout.stpl")]
struct Document<'a> {
    title: &'a str,
    head: &'a str,
    root: &'a str,
    /// A script of the page's own, and what marks it as the server's.
    script: Option<(&'static str, &'a str)>,
    links: Vec<(&'static str, &'static str, bool)>,
}

/// The pages: path, name, and what their paths begin with.
const LINKS: [(&str, &str, &str); 7] = [
    ("/counter", "Counter", "/counter"),
    ("/chat/lobby", "Chat", "/chat/"),
    ("/todos", "Todos", "/todos"),
    ("/table", "Table", "/table"),
    ("/commands", "Commands", "/commands"),
    ("/dashboard", "Dashboard", "/dashboard"),
    ("/account", "Account", "/account"),
];

/// Writes the document around a live page. The title stands before the project's name.
pub fn layout(shell: &Shell<'_>, out: &mut String) {
    let path = shell.request.path.as_str();
    let script = (path == "/commands").then_some(("/commands.js", shell.nonce));
    let document =
        Document { title: shell.title, head: shell.head, root: shell.root, script, links: links(path) };
    document.write(out).expect("the layout only joins strings");
}

/// The same document around markup of a plain route.
///
/// # Errors
/// What the template says.
pub(crate) fn plain(title: &str, path: &str, root: &str) -> Result<Response> {
    let mut body = String::new();
    Document { title, head: "", root, script: None, links: links(path) }.write(&mut body)?;
    let mut response = Response::html(body);
    let policy = headers::content_security_policy(&entropy::text(), "");
    headers::secure(&mut response.headers, HeaderValue::from_str(&policy)?);
    Ok(response)
}

fn links(path: &str) -> Vec<(&'static str, &'static str, bool)> {
    LINKS.into_iter().map(|(to, name, start)| (to, name, path.starts_with(start))).collect()
}
