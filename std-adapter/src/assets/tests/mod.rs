mod changes;

use std::fs;
use std::path::PathBuf;

use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    HeaderName, HeaderValue, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, RANGE,
    VARY,
};
use http::{HeaderMap, Method, Response};
use http_body::Body as _;

use super::*;
use crate::body::Body;
use crate::compress::tests::decoded;
use crate::compress::{AcceptEncoding, Coding};
use crate::entropy;
use crate::store::conformance::done;

/// A directory that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("mizu-live-assets-{}", entropy::text()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Sets the time of the last change.
    fn touch(&self, name: &str, time: &str) {
        let path = self.0.join(name);
        assert!(std::process::Command::new("touch").args(["-d", time]).arg(path).status().unwrap().success());
    }

    fn mounted(&self) -> Mounts {
        mounted(Assets::dir(&self.0))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn mounted(assets: Assets) -> Mounts {
    let mut mounts = Mounts::default();
    mounts.add("/assets", assets).unwrap();
    mounts.start(&Prefix::default()).unwrap();
    mounts
}

fn asked(mounts: &Mounts, path: &str, headers: &[(HeaderName, &str)]) -> Option<Response<Body>> {
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect();
    done(async {
        let (found, for_good) = mounts.find(path).await.unwrap()?;
        Some(respond(found, for_good, AcceptEncoding::of(&headers), &Method::GET, &headers).await)
    })
}

fn found(mounts: &Mounts, name: &str) -> Found {
    done(mounts.find(&format!("/assets/{name}"))).unwrap().unwrap().0
}

/// Status and content.
fn got(mounts: &Mounts, path: &str, headers: &[(HeaderName, &str)]) -> (u16, Vec<u8>) {
    let response = asked(mounts, path, headers).unwrap();
    (response.status().as_u16(), content(response))
}

fn content(response: Response<Body>) -> Vec<u8> {
    done(response.into_body().bytes(usize::MAX)).unwrap().to_vec()
}

fn header(response: &Response<Body>, name: HeaderName) -> &str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[test]
fn a_file_has_type_tag_and_date() {
    let folder = Folder::new();
    folder.write("css/app.css", "body{}");
    let mounts = folder.mounted();
    let response = asked(&mounts, "/assets/css/app.css", &[]).unwrap();
    assert_eq!(header(&response, CONTENT_TYPE), "text/css; charset=utf-8");
    assert_eq!(header(&response, CACHE_CONTROL), "no-cache");
    let (tag, date) = (header(&response, ETAG).to_owned(), header(&response, LAST_MODIFIED).to_owned());
    assert_eq!(content(response), b"body{}");
    for (name, value) in
        [(IF_NONE_MATCH, &*tag), (IF_NONE_MATCH, &format!("W/{tag}")), (IF_MODIFIED_SINCE, &date)]
    {
        let response = asked(&mounts, "/assets/css/app.css", &[(name.clone(), value)]).unwrap();
        assert_eq!(response.status(), 304, "{name}: {value}");
        assert_eq!(header(&response, ETAG), tag);
        assert!(content(response).is_empty());
    }
}

#[test]
fn types_are_those_of_browsers() {
    let names = [
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.mjs", "text/javascript; charset=utf-8"),
        ("a.html", "text/html; charset=utf-8"),
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.json", "application/json; charset=utf-8"),
        ("a.svg", "image/svg+xml"),
        ("a.PNG", "image/png"),
        ("a.webp", "image/webp"),
        ("a.avif", "image/avif"),
        ("a.woff2", "font/woff2"),
        ("a.wasm", "application/wasm"),
        ("a.webmanifest", "application/manifest+json"),
        ("a.mp4", "video/mp4"),
        ("a.pdf", "application/pdf"),
        ("a", "application/octet-stream"),
        ("a.unknown-kind", "application/octet-stream"),
    ];
    let mounts = mounted(Assets::embedded(names.map(|(name, _)| (name, "x"))));
    for (name, expected) in names {
        let response = asked(&mounts, &format!("/assets/{name}"), &[]).unwrap();
        assert_eq!(header(&response, CONTENT_TYPE), expected, "{name}");
    }
}

#[test]
fn a_name_with_the_version_is_kept_for_good() {
    let folder = Folder::new();
    folder.write("js/app.min.js", "first()");
    let mounts = folder.mounted();
    let first = mounts.url("js/app.min.js");
    assert!(first.starts_with("/assets/js/app-") && first.ends_with(".min.js"), "{first}");
    let response = asked(&mounts, &first, &[]).unwrap();
    assert!(header(&response, CACHE_CONTROL).contains("immutable"));
    assert_eq!(content(response), b"first()");
    folder.write("js/app.min.js", "second()");
    let second = mounts.url("js/app.min.js");
    assert_ne!(first, second, "another content has another name, without a restart");
    assert_eq!(got(&mounts, &second, &[]), (200, b"second()".to_vec()));
    let old = asked(&mounts, &first, &[]).unwrap();
    assert_eq!(header(&old, CACHE_CONTROL), "no-cache", "a name that isn't this content's is no promise");
    assert_eq!(content(old), b"second()");
}

#[test]
fn a_file_that_is_named_like_one_with_a_version_is_itself() {
    let folder = Folder::new();
    folder.write("app-0123456789abcdef.js", "of a bundler");
    let mounts = folder.mounted();
    assert_eq!(got(&mounts, "/assets/app-0123456789abcdef.js", &[]), (200, b"of a bundler".to_vec()));
    assert!(asked(&mounts, "/assets/app.js", &[]).is_none());
}

#[test]
fn nothing_outside_of_the_directory_is_there() {
    let folder = Folder::new();
    folder.write("inside/app.js", "x");
    folder.write("inside/.env", "secret");
    folder.write("inside/.git/config", "secret");
    folder.write("outside.txt", "secret");
    folder.write("inside-too/a.txt", "secret");
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(folder.0.join("outside.txt"), folder.0.join("inside/link.txt")).unwrap();
        symlink(&folder.0, folder.0.join("inside/up")).unwrap();
        symlink("app.js", folder.0.join("inside/alias.js")).unwrap();
        symlink(".env", folder.0.join("inside/shown.txt")).unwrap();
    }
    let mounts = mounted(Assets::dir(folder.0.join("inside")));
    for path in [
        "/assets/../outside.txt",
        "/assets/%2e%2e/outside.txt",
        "/assets/..%2foutside.txt",
        "/assets/..%5coutside.txt",
        "/assets//etc/passwd",
        "/assets/%2fetc%2fpasswd",
        "/assets/.env",
        "/assets/%2eenv",
        "/assets/.git/config",
        "/assets/link.txt",
        "/assets/shown.txt",
        "/assets/up/outside.txt",
        "/assets/../inside-too/a.txt",
        "/assets/app.js%00.png",
        "/assets/app.js/",
        "/assets/app.js/x",
        "/assets/",
        "/assets",
        "/assetsapp.js",
        "/app.js",
        "/assets/missing.js",
    ] {
        assert!(asked(&mounts, path, &[]).is_none(), "{path}");
    }
    assert_eq!(got(&mounts, "/assets/app.js", &[]).0, 200);
    #[cfg(unix)]
    assert_eq!(got(&mounts, "/assets/alias.js", &[]).0, 200, "a link within the directory");
    #[cfg(target_os = "linux")]
    {
        // To open such a file waits for somebody who writes.
        make_fifo(&folder.0.join("inside/pipe"));
        assert!(asked(&mounts, "/assets/pipe", &[]).is_none());
    }
}

#[cfg(target_os = "linux")]
fn make_fifo(path: &Path) {
    assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_part_is_sent_of_files_in_memory_and_on_disk() {
    let folder = Folder::new();
    let large: Vec<u8> = (0..MAX_HELD + 300_000).map(|at| (at % 251) as u8).collect();
    folder.write("small.bin", b"0123456789");
    folder.write("large.bin", &large);
    let mounts = folder.mounted();
    for (path, all) in [("/assets/small.bin", &b"0123456789"[..]), ("/assets/large.bin", &large)] {
        assert_eq!(got(&mounts, path, &[]), (200, all.to_vec()));
        let len = all.len();
        for (range, part) in [("bytes=2-4", 2..5), ("bytes=5-", 5..len), ("bytes=-3", len - 3..len)] {
            let response = asked(&mounts, path, &[(RANGE, range)]).unwrap();
            assert_eq!(response.status(), 206);
            assert_eq!(
                header(&response, CONTENT_RANGE),
                format!("bytes {}-{}/{len}", part.start, part.end - 1)
            );
            assert_eq!(response.body().size_hint().exact(), Some(part.len() as u64));
            assert_eq!(content(response), all[part]);
        }
        let behind = asked(&mounts, path, &[(RANGE, "bytes=99999999-")]).unwrap();
        assert_eq!(
            (behind.status().as_u16(), header(&behind, CONTENT_RANGE)),
            (416, &*format!("bytes */{len}"))
        );
        let tag = header(&asked(&mounts, path, &[]).unwrap(), ETAG).to_owned();
        assert_eq!(got(&mounts, path, &[(RANGE, "bytes=0-0"), (IF_RANGE, &tag)]).0, 206);
        assert_eq!(got(&mounts, path, &[(RANGE, "bytes=0-0"), (IF_RANGE, "\"other\"")]).0, 200);
    }
}

#[test]
fn a_text_is_compressed_once_and_a_part_never() {
    let folder = Folder::new();
    let text = "function f() { return 1 }\n".repeat(100);
    folder.write("app.js", &text);
    folder.write("noise.js", entropy::bytes::<2000>());
    folder.write("photo.png", &text);
    let mounts = folder.mounted();
    for (accepted, coding) in [("br", Coding::Brotli), ("gzip", Coding::Gzip)] {
        let accept = [(ACCEPT_ENCODING, accepted)];
        let response = asked(&mounts, "/assets/app.js", &accept).unwrap();
        assert_eq!(
            (header(&response, CONTENT_ENCODING), header(&response, VARY)),
            (accepted, "accept-encoding")
        );
        assert!(header(&response, ETAG).starts_with("W/"));
        let tag = header(&response, ETAG).to_owned();
        let first = content(response);
        assert_eq!(decoded(coding, &first), text.as_bytes());
        assert_eq!(got(&mounts, "/assets/app.js", &accept).1, first, "its length isn't random");
        assert_eq!(
            got(&mounts, "/assets/app.js", &[(ACCEPT_ENCODING, accepted), (IF_NONE_MATCH, &tag)]).0,
            304
        );
        for path in ["/assets/noise.js", "/assets/photo.png"] {
            assert_eq!(header(&asked(&mounts, path, &accept).unwrap(), CONTENT_ENCODING), "", "{path}");
        }
        let part =
            asked(&mounts, "/assets/app.js", &[(ACCEPT_ENCODING, accepted), (RANGE, "bytes=0-7")]).unwrap();
        assert_eq!(header(&part, CONTENT_ENCODING), "");
        assert_eq!(content(part), b"function");
    }
}

#[test]
fn so_many_bytes_are_kept_and_no_more() {
    let folder = Folder::new();
    let count = MAX_HELD_BYTES / MAX_HELD;
    let mounts = folder.mounted();
    let is_held = |name: &str| {
        let found = found(&mounts, name);
        (found.open.is_none(), found.file.version.clone())
    };
    for at in 0..count {
        folder.write(&format!("{at}.bin"), vec![at as u8; MAX_HELD as usize]);
        assert!(is_held(&format!("{at}.bin")).0, "{at}");
    }
    folder.write("more.txt", "more");
    let (held, version) = is_held("more.txt");
    assert!(!held, "there is no room left");
    assert_eq!(got(&mounts, "/assets/more.txt", &[]), (200, b"more".to_vec()));
    fs::remove_file(folder.0.join("0.bin")).unwrap();
    assert!(asked(&mounts, "/assets/0.bin", &[]).is_none());
    folder.write("more.txt", "moor");
    assert!(is_held("more.txt").0, "what is gone makes room");
    folder.write("more.txt", "more");
    assert_eq!(is_held("more.txt"), (true, version), "a version is of the content, wherever that is");
    folder.write("large.bin", vec![0; MAX_HELD as usize + 1]);
    assert!(!is_held("large.bin").0);
}

#[test]
fn what_can_not_be_mounted_says_why() {
    let assets = Assets::embedded([("a.css", "")]);
    let mut mounts = Mounts::default();
    for path in ["assets", "", "/a b", "/{x}", "/a?b"] {
        let told = mounts.add(path, assets.clone()).unwrap_err().to_string();
        assert!(told.contains("a path begins with a slash"), "{told}");
    }
    let told = mounts.add("/files", Assets::dir("/no/such/folder")).unwrap_err().to_string();
    assert!(told.contains("/no/such/folder") && told.contains("/files"), "{told}");
    mounts.add("/assets/", assets.clone()).unwrap();
    assert!(mounts.add("/other", assets.clone()).unwrap_err().to_string().contains("mounted already"));
    mounts.start(&Prefix::new("/app").unwrap()).unwrap();
    assert!(assets.url("a.css").starts_with("/app/assets/a-"));
    assert_eq!(assets.url("missing file.css"), "/app/assets/missing%20file.css");
}

#[test]
fn the_root_has_files_too_and_the_first_that_has_a_name_counts() {
    let mut mounts = Mounts::default();
    mounts.add("/", Assets::embedded([("robots.txt", "one"), ("both.txt", "one")])).unwrap();
    mounts.add("/assets", Assets::embedded([("both.txt", "two"), ("own.txt", "two")])).unwrap();
    mounts.start(&Prefix::default()).unwrap();
    assert_eq!(got(&mounts, "/robots.txt", &[]).1, b"one");
    assert_eq!(got(&mounts, "/assets/both.txt", &[]).1, b"two");
    assert!(mounts.url("both.txt").starts_with("/both-"));
    assert!(mounts.url("own.txt").starts_with("/assets/own-"));
}

#[test]
fn no_cache_keeps_an_answer_about_the_request() {
    let assets = Assets::embedded([("a.bin", "0123456789")]);
    let mounts = mounted(assets.clone());
    for (name, value, status) in [(RANGE, "bytes=99-", 416), (IF_MATCH, "\"other\"", 412)] {
        let response = asked(&mounts, &assets.url("a.bin"), &[(name, value)]).unwrap();
        assert_eq!(response.status().as_u16(), status);
        assert_eq!((header(&response, CACHE_CONTROL), header(&response, CONTENT_TYPE)), ("no-store", ""));
    }
}

#[test]
fn status_304_has_the_tag_that_200_would_have() {
    let folder = Folder::new();
    folder.write("app.js", "function f() { return 1 }\n".repeat(100));
    folder.write("noise.js", entropy::bytes::<2000>());
    folder.write("photo.png", "x".repeat(2000));
    let mounts = folder.mounted();
    for path in ["/assets/app.js", "/assets/noise.js", "/assets/photo.png"] {
        for accepted in ["br", "gzip", "identity"] {
            let accept = (ACCEPT_ENCODING, accepted);
            let tag = header(&asked(&mounts, path, std::slice::from_ref(&accept)).unwrap(), ETAG).to_owned();
            let known = asked(&mounts, path, &[accept, (IF_NONE_MATCH, &tag)]).unwrap();
            assert_eq!((known.status().as_u16(), header(&known, ETAG)), (304, &*tag), "{path} {accepted}");
        }
    }
}

#[test]
fn a_time_that_is_no_date_is_not_sent() {
    let folder = Folder::new();
    folder.write("a.css", "p{}");
    let mounts = folder.mounted();
    for (time, is_sent) in [
        ("1969-12-31", false),
        ("1970-01-01 00:00:00 UTC", false),
        ("2199-01-01", false),
        ("2001-01-01", true),
    ] {
        folder.touch("a.css", time);
        let response = asked(&mounts, "/assets/a.css", &[]).unwrap();
        assert_eq!(!header(&response, LAST_MODIFIED).is_empty(), is_sent, "{time}");
    }
}
