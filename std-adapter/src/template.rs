//! Sailfish templates in [`Page::render`](live_core::Page::render).

use std::fmt;
use std::mem::take;

use live_core::{Error, Result};
use sailfish::runtime::Buffer;
use sailfish::{TemplateOnce, TemplateSimple};

/// Any type that derives one of sailfish's template traits.
///
/// ```text
/// view.region("count", |out| Count { n: s.state.count }.write(out));
/// ```
pub trait Template<Kind> {
    /// Appends what the template renders to `out`, without a copy. After an error `out` holds what it held before.
    fn write(self, out: &mut String) -> Result;
}

/// Marks a template that derives [`TemplateOnce`].
#[derive(Debug)]
pub struct Once;

/// Marks a template that derives [`TemplateSimple`].
#[derive(Debug)]
pub struct Simple;

impl<T: TemplateOnce> Template<Once> for T {
    fn write(self, out: &mut String) -> Result {
        append(out, |buffer| self.render_once_to(buffer))
    }
}

impl<T: TemplateSimple> Template<Simple> for T {
    fn write(self, out: &mut String) -> Result {
        append(out, |buffer| self.render_once_to(buffer))
    }
}

fn append(out: &mut String, render: impl FnOnce(&mut Buffer) -> Result<(), sailfish::RenderError>) -> Result {
    let before = out.len();
    let mut buffer = Buffer::from(take(out));
    let result = render(&mut buffer);
    *out = buffer.into_string();
    result.map_err(|error| {
        out.truncate(before);
        Error::from(error)
    })
}

/// A URL that is safe as an attribute: one with a scheme other than `http`, `https`, `mailto` or `tel` becomes `#`.
/// Sailfish escapes quotes and angle brackets, but it doesn't know that `javascript:` in an `href` runs.
///
/// ```
/// use live_std::safe_url;
///
/// assert_eq!(safe_url("/a?b=c:d").to_string(), "/a?b=c:d");
/// assert_eq!(safe_url(" java\nscript:alert(1)").to_string(), "#");
/// ```
pub fn safe_url(url: &str) -> SafeUrl<'_> {
    SafeUrl(if is_safe(url) { url } else { "#" })
}

/// What [`safe_url`] lets through. A template escapes it like any text.
#[derive(Clone, Copy, Debug)]
pub struct SafeUrl<'a>(&'a str);

impl fmt::Display for SafeUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl sailfish::runtime::Render for SafeUrl<'_> {
    fn render(&self, b: &mut Buffer) -> Result<(), sailfish::RenderError> {
        self.0.render(b)
    }

    fn render_escaped(&self, b: &mut Buffer) -> Result<(), sailfish::RenderError> {
        self.0.render_escaped(b)
    }
}

/// Browsers drop C0 controls and spaces before they look for the scheme, so it is looked for without them.
fn is_safe(url: &str) -> bool {
    let head: String = url
        .chars()
        .filter(|c| !c.is_ascii_control() && !c.is_whitespace())
        .take_while(|c| !matches!(c, '/' | '?' | '#'))
        .collect();
    match head.split_once(':') {
        Some((scheme, _)) => {
            ["http", "https", "mailto", "tel"].iter().any(|s| scheme.eq_ignore_ascii_case(s))
        }
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sailfish::RenderError;

    struct Hello(bool);

    impl TemplateSimple for Hello {
        fn render_once(self) -> Result<String, RenderError> {
            unreachable!("only the appending form is used")
        }

        fn render_once_to(self, buffer: &mut Buffer) -> Result<(), RenderError> {
            buffer.push_str("hello");
            if self.0 { Ok(()) } else { Err(RenderError::new("broken")) }
        }
    }

    #[test]
    fn a_template_appends_and_a_failed_one_leaves_nothing() {
        let mut out = String::from("<p>");
        Hello(true).write(&mut out).unwrap();
        assert_eq!(out, "<p>hello");
        assert!(Hello(false).write(&mut out).unwrap_err().to_string().contains("broken"));
        assert_eq!(out, "<p>hello");
    }

    #[test]
    fn urls_with_other_schemes_are_dropped() {
        for bad in ["javascript:x", "\u{1}JavaScript:x", "data:text/html,x", " vbscript:x", "java\tscript:x"]
        {
            assert_eq!(safe_url(bad).to_string(), "#", "{bad:?}");
        }
        for good in ["", "/a", "a/b:c", "?a:b", "#a:b", "HTTPS://x/", "mailto:a@b", "//cdn/x"] {
            assert_eq!(safe_url(good).to_string(), good);
        }
    }
}
