//! The document around every page: header, navigation, footer.

use live_smol::prelude::*;
use sailfish::TemplateSimple;

#[derive(TemplateSimple)]
#[template(path = "layout.stpl")]
struct Document<'a> {
    title: &'a str,
    icon: String,
    style: String,
    head: &'a str,
    /// A script of the page's own.
    script: String,
    links: Vec<(&'static str, &'static str, bool)>,
    root: &'a str,
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

/// Writes the document around a live page, or around a plain route's markup. The title stands before the project's name.
pub fn layout(shell: &Shell<'_>, out: &mut String) {
    let path = shell.request.path.as_str();
    let document = Document {
        title: shell.title,
        icon: shell.asset_url("favicon.svg"),
        style: shell.asset("gallery.css"),
        head: shell.head,
        script: if path == "/commands" { shell.asset("commands.js") } else { String::new() },
        links: LINKS.into_iter().map(|(to, name, start)| (to, name, path.starts_with(start))).collect(),
        root: shell.root,
    };
    document.write(out).expect("the layout only joins strings");
}
