//! The document around a live page.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use live_core::Request;

use crate::assets::Mounts;

/// What a layout has to place in its document.
#[derive(Debug)]
#[non_exhaustive]
pub struct Shell<'a> {
    /// The page's title, as text: to be escaped.
    pub title: &'a str,
    /// The tags that load the browser's runtime, for the `<head>`: to be placed as they are.
    pub head: &'a str,
    /// The root element with the page in it, or a plain route's markup, for the `<body>`: to be placed as it is.
    pub root: &'a str,
    /// Marks the layout's own scripts and styles as the server's: `<style nonce="…">`.
    pub nonce: &'a str,
    /// The request that the page answers.
    pub request: &'a Request,
    pub(crate) assets: &'a Mounts,
}

impl Shell<'_> {
    /// The tag that loads a script or a stylesheet of the [assets](crate::Assets), by its name: `shell.asset("app.js")` is
    /// `<script nonce="…" src="/assets/app-4f1c09e2a7d35b86.js" defer></script>`. A name that ends with `.mjs` is a module, one that ends with `.css` a stylesheet. Of any other file it is
    /// a link that lets the browser load it early.
    pub fn asset(&self, name: &str) -> String {
        let url = self.asset_url(name);
        let (url, nonce) = (&*Escaped(&url).text(), &*Escaped(self.nonce).text());
        match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("js") => ["<script nonce=\"", nonce, "\" src=\"", url, "\" defer></script>"].concat(),
            Some("mjs") => {
                ["<script nonce=\"", nonce, "\" src=\"", url, "\" type=\"module\"></script>"].concat()
            }
            Some("css") => ["<link nonce=\"", nonce, "\" rel=\"stylesheet\" href=\"", url, "\">"].concat(),
            _ => ["<link rel=\"prefetch\" href=\"", url, "\">"].concat(),
        }
    }

    /// The URL of an asset, by its name: for images, icons and downloads.
    pub fn asset_url(&self, name: &str) -> String {
        self.assets.url(name)
    }
}

/// Writes the document around a page. A closure `|shell: &Shell<'_>, out: &mut String| …` is one.
pub trait Layout: Send + Sync + 'static {
    /// Appends the document to `out`.
    fn render(&self, shell: &Shell<'_>, out: &mut String);
}

impl<F: Fn(&Shell<'_>, &mut String) + Send + Sync + 'static> Layout for F {
    fn render(&self, shell: &Shell<'_>, out: &mut String) {
        self(shell, out);
    }
}

/// A plain document: title, viewport, the given head, the page.
#[derive(Clone, Debug)]
pub struct DefaultLayout {
    /// The document's language, as in `lang="en"`.
    pub lang: String,
    /// Paths of stylesheets to link; without a leading slash, a name of one of the [assets](crate::Assets).
    pub stylesheets: Vec<String>,
    /// Rules for an inline stylesheet.
    pub style: String,
}

impl Default for DefaultLayout {
    fn default() -> Self {
        Self { lang: "en".to_owned(), stylesheets: Vec::new(), style: String::new() }
    }
}

impl Layout for DefaultLayout {
    fn render(&self, shell: &Shell<'_>, out: &mut String) {
        self.write(shell, out).expect("a String takes every write");
    }
}

impl DefaultLayout {
    fn write(&self, shell: &Shell<'_>, out: &mut String) -> fmt::Result {
        let Shell { head, root, nonce, .. } = shell;
        let (lang, title) = (Escaped(&self.lang), Escaped(shell.title));
        write!(
            out,
            "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n"
        )?;
        out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        // No icon of its own: without this, a browser asks for /favicon.ico and says that it is missing.
        out.push_str("<link rel=\"icon\" href=\"data:,\">\n");
        for path in &self.stylesheets {
            if path.starts_with('/') || path.contains(':') {
                writeln!(out, "<link rel=\"stylesheet\" href=\"{}\">", Escaped(path))?;
            } else {
                writeln!(out, "{}", shell.asset(path))?;
            }
        }
        if !self.style.is_empty() {
            writeln!(out, "<style nonce=\"{nonce}\">{}</style>", self.style)?;
        }
        write!(out, "{head}</head>\n<body>\n{root}\n</body>\n</html>\n")
    }
}

/// A page asked for a layout that [`Options::layouts`](crate::Options::layouts) doesn't have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct UnknownLayout(pub(crate) String);

impl fmt::Display for UnknownLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no layout is named `{}`: add it to Options::layouts", self.0)
    }
}

impl std::error::Error for UnknownLayout {}

/// Text as HTML, for elements and quoted attributes.
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'a>(pub &'a str);

impl<'a> Escaped<'a> {
    /// As a text of its own only if something has to be escaped.
    fn text(self) -> Cow<'a, str> {
        if special(self.0).is_some() { self.to_string().into() } else { self.0.into() }
    }
}

/// Where the first character is that has another form in HTML, in bytes.
fn special(text: &str) -> Option<usize> {
    text.bytes().position(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\''))
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = special(rest) {
            f.write_str(&rest[..at])?;
            f.write_str(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => "&#39;",
            })?;
            rest = &rest[at + 1..];
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assets::Assets;
    use crate::prefix::Prefix;

    #[test]
    fn the_default_layout_escapes_what_is_text_and_places_the_rest() {
        let request = Request::default();
        let mut assets = Mounts::default();
        assets.add("/assets", Assets::embedded([("app.css", "p{}")])).unwrap();
        assets.start(&Prefix::default()).unwrap();
        let shell = Shell {
            title: "a<b",
            head: "<HEAD>",
            root: "<ROOT>",
            nonce: "n",
            request: &request,
            assets: &assets,
        };
        let layout = DefaultLayout {
            stylesheets: vec!["/a\"b.css".into(), "app.css".into()],
            style: "p{}".into(),
            ..Default::default()
        };
        let mut out = String::new();
        layout.render(&shell, &mut out);
        for part in [
            "<title>a&lt;b</title>",
            "<HEAD>",
            "<ROOT>",
            "href=\"/a&quot;b.css\"",
            &format!("<link nonce=\"n\" rel=\"stylesheet\" href=\"{}\">", assets.url("app.css")),
            "<style nonce=\"n\">p{}</style>",
        ] {
            assert!(out.contains(part), "{part} in {out}");
        }
    }

    #[test]
    fn escaping() {
        assert_eq!(Escaped("<a href='\"&\"'>é").to_string(), "&lt;a href=&#39;&quot;&amp;&quot;&#39;&gt;é");
    }
}
