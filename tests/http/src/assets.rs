//! Static files.

use std::fs;

use live_std::{Assets, Options};
use tempfile::TempDir;

use crate::content::Content;
use crate::http::{get, post, raw};
use crate::{Serve, Site};

/// A directory that goes with the test.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a directory");
    for (name, content) in files {
        write(&folder, name, content);
    }
    folder
}

fn write(folder: &TempDir, name: &str, content: &str) {
    fs::write(folder.path().join(name), content).expect("the file can be written");
}

fn site(folder: &TempDir, options: Options) -> Site {
    Site { assets: Assets::dir(folder.path()), ..Site::with(options) }
}

/// Embedded ones.
pub fn files_have_types_tags_and_names_for_good<S: Serve>() {
    let site = Site::default();
    let assets = site.assets.clone();
    let server = S::start(site);
    let plain = get(server.address(), "/assets/css/app.css", "");
    assert_eq!((plain.status, plain.header("content-type")), (200, Some("text/css; charset=utf-8")));
    assert_eq!(plain.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(plain.header("cache-control"), Some("no-cache"));
    let named = get(server.address(), &assets.url("css/app.css"), "");
    assert_eq!(named.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(named.body, plain.body);
    assert_eq!(named.header("etag"), plain.header("etag"));
    assert_eq!(get(server.address(), "/assets/missing.css", "").status, 404);
    let head = raw(
        server.address(),
        "HEAD /assets/css/app.css HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    );
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), Some(&*plain.body.len().to_string()));
}

/// By `Shell::asset` and `Shell::asset_url`.
pub fn a_layout_names_its_files_with_their_versions<S: Serve>() {
    let server = S::start(Site::default());
    for path in ["/greet/Anna", "/plain"] {
        let page = get(server.address(), path, "");
        let style = page.quoted("rel=\"stylesheet\" href=\"");
        assert!(style.starts_with("/assets/css/app-"), "{style}");
        let nonce = page.quoted("<link nonce=\"");
        let policy = page.header("content-security-policy").expect("a policy");
        assert!(!nonce.is_empty() && policy.contains(&format!("'nonce-{nonce}'")), "{policy}");
        for url in [style, page.quoted("<img src=\"")] {
            let file = get(server.address(), url, "");
            assert_eq!(file.status, 200, "{url}");
            assert!(file.header("cache-control").is_some_and(|keep| keep.contains("immutable")), "{url}");
        }
    }
}

/// RFC 9110, section 14.
pub fn parts_of_a_file_are_sent<S: Serve>() {
    let folder = folder(&[("ten.txt", "0123456789")]);
    let server = S::start(site(&folder, Options::default()));
    for (range, status, told, body) in [
        ("bytes=2-4", 206, Some("bytes 2-4/10"), "234"),
        ("bytes=8-", 206, Some("bytes 8-9/10"), "89"),
        ("bytes=-1", 206, Some("bytes 9-9/10"), "9"),
        ("bytes=10-", 416, Some("bytes */10"), ""),
        ("bytes=0-1,3-4", 200, None, "0123456789"),
    ] {
        let answer =
            get(server.address(), "/assets/ten.txt", &format!("Range: {range}\r\nAccept-Encoding: br\r\n"));
        assert_eq!(
            (answer.status, answer.header("content-range"), &*answer.page()),
            (status, told, body),
            "{range}"
        );
    }
}

/// However it is written.
pub fn no_path_leads_out_of_the_files<S: Serve>() {
    let folder = folder(&[("a.txt", "inside"), (".env", "secret")]);
    fs::create_dir(folder.path().join("public")).expect("a directory");
    write(&folder, "public/a.txt", "public");
    let site = Site { assets: Assets::dir(folder.path().join("public")), ..Site::default() };
    let server = S::start(site);
    assert_eq!(get(server.address(), "/assets/a.txt", "").page(), "public");
    for path in [
        "../a.txt",
        "%2e%2e/a.txt",
        "..%2fa.txt",
        "..%5ca.txt",
        "%2e%2e%2f.env",
        "x/../../a.txt",
        "/etc/passwd",
        "%2fetc/passwd",
        "a.txt/",
        "a.txt%00",
    ] {
        let answer = get(server.address(), &format!("/assets/{path}"), "");
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.status);
    }
}

/// Without a restart, with the development mode and without.
pub fn a_changed_file_is_sent_anew<S: Serve>() {
    for dev in [true, false] {
        let folder = folder(&[("app.js", "first()")]);
        let site = site(&folder, Options { dev, ..Options::default() });
        let assets = site.assets.clone();
        let server = S::start(site);
        let first = get(server.address(), "/assets/app.js", "");
        let (tag, url) = (first.header("etag").expect("a tag").to_owned(), assets.url("app.js"));
        write(&folder, "app.js", "second()");
        let second = get(server.address(), "/assets/app.js", &format!("If-None-Match: {tag}\r\n"));
        assert_eq!((second.status, &*second.page()), (200, "second()"));
        assert_ne!(assets.url("app.js"), url);
        let old = get(server.address(), &url, "");
        assert_eq!((&*old.page(), old.header("cache-control")), ("second()", Some("no-cache")));
    }
}

/// By GET and HEAD.
pub fn files_are_only_read<S: Serve>() {
    let server = S::start(Site::default());
    let posted = post(server.address(), "/assets/css/app.css", "", "a=b");
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD")));
}

/// A file that is there and can't be read isn't answered as missing, which caches and crawlers would remember.
pub fn a_file_that_can_not_be_read_is_not_missing<S: Serve>() {
    let folder = folder(&[("a.txt", "a")]);
    std::os::unix::fs::symlink("ring.txt", folder.path().join("ring.txt")).expect("a link to itself");
    let server = S::start(site(&folder, Options::default()));
    assert_eq!(get(server.address(), "/assets/ring.txt", "").status, 503);
    assert_eq!(get(server.address(), "/assets/a.txt", "").page(), "a");
}
