//! The document around every page: header, navigation, footer.

use live_smol::live_std::{Shell, Template};
use sailfish::TemplateSimple;

#[derive(TemplateSimple)]
#[template(path = "layout.stpl")]
struct Document<'a> {
    title: String,
    head: &'a str,
    root: &'a str,
    links: Vec<(&'static str, &'static str, bool)>,
}

/// Writes the document. A page's title stands before the project's name.
pub fn layout(shell: &Shell<'_>, out: &mut String) {
    let path = shell.request.path.as_str();
    let links = vec![
        ("/counter", "Counter", path == "/counter"),
        ("/chat/lobby", "Chat", path.starts_with("/chat/")),
        ("/table", "Table", path == "/table"),
        ("/todos", "Todos", path == "/todos"),
    ];
    let document = Document { title: shell.title.to_owned(), head: shell.head, root: shell.root, links };
    document.write(out).expect("the layout only joins strings");
}
