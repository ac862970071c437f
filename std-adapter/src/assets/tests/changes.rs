//! Files that change, also while they are sent.

use std::future::poll_fn;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::pin::Pin;

use bytes::Bytes;
use http_body::Body as _;

use super::*;
use crate::body::BodyError;

fn piece(body: &mut Body) -> Option<Result<Bytes, BodyError>> {
    let frame = done(poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)))?;
    Some(frame.map(|frame| frame.into_data().unwrap()))
}

/// The next piece of a body without errors.
fn next(body: &mut Body) -> Option<Bytes> {
    piece(body).map(Result::unwrap)
}

#[test]
fn a_file_that_gets_shorter_while_it_is_sent_breaks_off() {
    let folder = Folder::new();
    folder.write("large.bin", vec![7; MAX_HELD as usize * 2]);
    let mounts = folder.mounted();
    let response = asked(&mounts, "/assets/large.bin", &[]).unwrap();
    assert_eq!(header(&response, CONTENT_LENGTH), (MAX_HELD * 2).to_string());
    let mut body = response.into_body();
    assert!(next(&mut body).is_some());
    folder.write("large.bin", "short");
    assert!(done(body.bytes(usize::MAX)).is_err());
}

#[test]
fn a_file_that_is_overwritten_while_it_is_sent_breaks_off() {
    for part in ["", "bytes=0-1500000"] {
        let folder = Folder::new();
        folder.write("large.bin", vec![7; MAX_HELD as usize * 2]);
        let mounts = folder.mounted();
        let response = asked(&mounts, "/assets/large.bin", &[(RANGE, part)]).unwrap();
        let mut body = response.into_body();
        assert!(next(&mut body).is_some());
        folder.write("large.bin", vec![8; MAX_HELD as usize * 2]);
        assert!(done(body.bytes(usize::MAX)).is_err(), "a mixture of two contents");
        assert!(got(&mounts, "/assets/large.bin", &[]).1.iter().all(|byte| *byte == 8));
    }
}

#[test]
fn a_file_that_is_replaced_or_removed_while_it_is_sent_is_sent_whole() {
    let folder = Folder::new();
    let large = |byte| vec![byte; MAX_HELD as usize * 2];
    folder.write("large.bin", large(7));
    let mounts = folder.mounted();
    let first = asked(&mounts, "/assets/large.bin", &[]).unwrap();
    folder.write("new.bin", large(8));
    fs::rename(folder.0.join("new.bin"), folder.0.join("large.bin")).unwrap();
    let second = asked(&mounts, "/assets/large.bin", &[]).unwrap();
    fs::remove_file(folder.0.join("large.bin")).unwrap();
    assert!(asked(&mounts, "/assets/large.bin", &[]).is_none());
    assert_ne!(header(&first, ETAG), header(&second, ETAG));
    assert_eq!((content(first), content(second)), (large(7), large(8)));
}

#[test]
fn who_gets_a_large_file_at_the_same_time_shares_a_descriptor() {
    let folder = Folder::new();
    let content: Vec<_> = (0..MAX_HELD as usize * 2).map(|at| (at / 1000) as u8).collect();
    folder.write("large.bin", &content);
    let mounts = folder.mounted();
    let open = |found: Found| found.open.unwrap();
    let (first, second) = (open(found(&mounts, "large.bin")), open(found(&mounts, "large.bin")));
    assert!(Arc::ptr_eq(&first, &second));
    let of_it = Arc::downgrade(&first);
    drop((first, second));
    assert!(of_it.upgrade().is_none(), "nobody reads it");
    let mut bodies = [0, 70_000, 1_000_000].map(|start| {
        let range = format!("bytes={start}-");
        (start, asked(&mounts, "/assets/large.bin", &[(RANGE, &range)]).unwrap().into_body(), Vec::new())
    });
    // In turns, a piece each.
    while bodies.iter().any(|(start, _, seen)| seen.len() < content.len() - start) {
        for (_, body, seen) in &mut bodies {
            seen.extend(next(body).unwrap_or_default());
        }
    }
    for (start, _, seen) in bodies {
        assert!(seen == content[start..], "from {start} on");
    }
}

/// As Kubernetes mounts them: a link of each name through a link to the current directory, whose name begins with two dots.
#[cfg(unix)]
#[test]
fn files_of_a_config_map_are_served_and_replaced_at_once() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    let deploy = |release: &str| {
        folder.write(&format!("..{release}/app.css"), release);
        folder.write(&format!("..{release}/.env"), "secret");
        symlink(format!("..{release}"), folder.0.join("..new")).unwrap();
        fs::rename(folder.0.join("..new"), folder.0.join("..data")).unwrap();
    };
    deploy("one");
    symlink("..data/app.css", folder.0.join("app.css")).unwrap();
    symlink("..data/.env", folder.0.join("shown.txt")).unwrap();
    folder.write("..secret", "secret");
    symlink("..secret", folder.0.join("also.txt")).unwrap();
    let mounts = folder.mounted();
    assert_eq!(got(&mounts, "/assets/app.css", &[]), (200, b"one".to_vec()));
    deploy("two");
    assert_eq!(got(&mounts, "/assets/app.css", &[]), (200, b"two".to_vec()));
    for hidden in ["shown.txt", "also.txt", "..data/app.css", "..two/app.css", "%2e%2edata/app.css"] {
        assert!(asked(&mounts, &format!("/assets/{hidden}"), &[]).is_none(), "{hidden}");
    }
}

/// Each request gets a file of one of the releases, however often the link to the directory changes.
#[cfg(unix)]
#[test]
fn a_deploy_by_a_link_to_the_directory_hides_no_file() {
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
    let folder = Folder::new();
    for release in ["one", "two"] {
        folder.write(&format!("{release}/app.js"), release);
    }
    let (current, new) = (folder.0.join("current"), folder.0.join("new"));
    let deploy = |release: &&str| {
        symlink(release, &new).unwrap();
        fs::rename(&new, &current).unwrap();
    };
    deploy(&"one");
    let mounts = mounted(Assets::dir(&current));
    let done_with_it = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done_with_it.load(Relaxed) {
                ["two", "one"].iter().for_each(deploy);
            }
        });
        let missing = (0..20_000).filter(|_| done(mounts.find("/assets/app.js")).unwrap().is_none()).count();
        done_with_it.store(true, Relaxed);
        assert_eq!(missing, 0);
    });
}

#[cfg(unix)]
#[test]
fn a_file_that_can_not_be_read_is_not_missing() {
    let folder = Folder::new();
    std::os::unix::fs::symlink("ring.txt", folder.0.join("ring.txt")).unwrap();
    let mounts = folder.mounted();
    assert!(done(mounts.find("/assets/ring.txt")).is_err());
    assert_eq!(mounts.url("ring.txt"), "/assets/ring.txt");
    let long = "a".repeat(300);
    assert!(asked(&mounts, &format!("/assets/{long}"), &[]).is_none(), "a name that no file can have");
}

#[test]
fn another_content_of_the_same_length_and_time_is_another_version() {
    let folder = Folder::new();
    for len in [100, MAX_HELD as usize + 100] {
        let put = |byte: u8| {
            let _ = fs::remove_file(folder.0.join("a.bin"));
            folder.write("a.bin", vec![byte; len]);
            folder.touch("a.bin", "2001-01-01");
        };
        let mounts = folder.mounted();
        put(1);
        let first = mounts.url("a.bin");
        put(2);
        assert_ne!(mounts.url("a.bin"), first);
        assert_eq!(got(&mounts, "/assets/a.bin", &[]).1, vec![2; len]);
    }
}

/// Random changes and responses in turns: a response either ends with the content of its tag, or breaks off.
#[test]
fn a_whole_response_has_the_content_of_its_tag() {
    let (mut whole, mut broken) = (0, 0);
    for seed in 0..12 {
        let mut drawn = 0;
        let mut random = |below: u64| {
            drawn += 1;
            BuildHasherDefault::<DefaultHasher>::default().hash_one((seed, drawn)) % below
        };
        let folder = Folder::new();
        let mounts = folder.mounted();
        let mut responses: Vec<(String, Body, Vec<u8>)> = Vec::new();
        for step in 0..60 {
            let name = ["large.bin", "small.bin"][random(2) as usize];
            let len = if name == "large.bin" { MAX_HELD } else { 100 } + 1 + random(2);
            match random(8) {
                0 => folder.write(name, vec![step; len as usize]),
                1 => {
                    folder.write("new", vec![step; len as usize]);
                    fs::rename(folder.0.join("new"), folder.0.join(name)).unwrap();
                }
                2 => drop(fs::remove_file(folder.0.join(name))),
                3 | 4 => {
                    if let Some(response) = asked(&mounts, &format!("/assets/{name}"), &[]) {
                        let tag = header(&response, ETAG).trim_matches('"').to_owned();
                        responses.push((tag, response.into_body(), Vec::new()));
                    }
                }
                _ if responses.is_empty() => {}
                _ => {
                    let at = random(responses.len() as u64) as usize;
                    let (tag, body, seen) = &mut responses[at];
                    match piece(body) {
                        Some(Ok(bytes)) => seen.extend(bytes),
                        None => {
                            assert_eq!(file::digest(seen), *tag, "seed {seed}, step {step}");
                            whole += 1;
                            responses.swap_remove(at);
                        }
                        Some(Err(_)) => {
                            broken += 1;
                            responses.swap_remove(at);
                        }
                    }
                }
            }
        }
        for (tag, mut body, mut seen) in responses {
            while let Some(Ok(bytes)) = piece(&mut body) {
                seen.extend(bytes);
            }
            if body.size_hint().exact() == Some(0) {
                assert_eq!(file::digest(&seen), tag, "seed {seed}");
                whole += 1;
            } else {
                broken += 1;
            }
        }
    }
    assert!(whole > 50 && broken > 5, "{whole} whole, {broken} broken off");
}
