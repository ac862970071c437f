//! First inputs: the golden vectors, and one good input for each decoder that they don't speak of.

use std::fs;
use std::io;
use std::path::Path;

use live_core::SessionId;
use live_core::wire::Node;
use live_std::{Claims, to_msgpack};
use serde_json::Value;

use crate::targets::{record, token};

pub fn write(folder: &Path) -> io::Result<()> {
    let vectors: Value = serde_json::from_str(include_str!("../../wire/vectors.json"))?;
    for vector in ["frames", "longer", "refused"].iter().flat_map(|kind| vectors[kind].as_array()).flatten() {
        let frame = bytes(&vector["hex"]);
        match vector["direction"].as_str() {
            Some("browser") => put(folder, "browser_frame", &frame)?,
            _ => {
                put(folder, "server_frame", &frame)?;
                put(folder, "client", &joined(&frame, &[]))?;
            }
        }
        put(folder, "node", &frame)?;
        put(folder, "json_frame", &frame)?;
        put(folder, "json", vector["json"].to_string().as_bytes())?;
    }
    for vector in vectors["delta"].as_array().into_iter().flatten() {
        let old = vector["old"].as_str().unwrap_or_default().as_bytes();
        put(folder, "delta", &joined(old, &bytes(&vector["delta"])))?;
        put(folder, "delta_encode", &joined(old, vector["result"].as_str().unwrap_or_default().as_bytes()))?;
    }
    let claims = claims();
    let token = token::signer().sign(&claims);
    put(folder, "token", token.as_bytes())?;
    let body = data_encoding::BASE64URL_NOPAD.decode(token.as_bytes()).expect("base64url");
    put(folder, "token_body", &body[5..body.len() - 32])?;
    put(folder, "record", &first_record())?;
    put(folder, "record", &sample_record())?;
    let state = record::State {
        name: "a".into(),
        items: vec!["b".into()],
        bytes: vec![1, 2],
        map: [("k".into(), -1)].into(),
        kind: Some(record::Kind::Pair(1, true)),
    };
    put(folder, "state", &to_msgpack(&state).expect("a state has bytes"))?;
    put(folder, "form", b"name=a%20b&count=3&extras=x&extras=y&note=")?;
    let html = br#"<ul id="u"><li data-lv-region="row:1"></li><li id="x" class=c>a<br>b<!-- c --></li></ul><svg><g/></svg>"#;
    put(folder, "markup", html)?;
    put(folder, "narrow", &joined(html, &html[..60]))
}

/// A record with a part of each kind, and what a newer version has appended.
fn sample_record() -> Vec<u8> {
    let list = |nodes: &[Node<'static>]| Node::List(nodes.to_vec().into());
    let (number, text, bin) = (Node::Uint(7), Node::Str("room".into()), Node::Bin(vec![1, 2].into()));
    let reset = list(&[number.clone(), Node::Uint(6), text.clone(), number.clone()]);
    let flash = list(std::slice::from_ref(&text));
    list(&[
        Node::Uint(2),
        number.clone(),
        bin.clone(),
        text.clone(),
        number.clone(),
        list(&[reset]),
        list(&[text.clone(), number.clone(), number.clone()]),
        list(&[number.clone(), number.clone(), bin.clone()]),
        number.clone(),
        list(&[number.clone(), text.clone(), bin]),
        list(std::slice::from_ref(&number)),
        flash.clone(),
        list(&[]),
        flash,
        list(&[]),
        list(&[text, number]),
    ])
    .encode()
}

/// The same of the first schema.
fn first_record() -> Vec<u8> {
    let list = |nodes: &[Node<'static>]| Node::List(nodes.to_vec().into());
    let (number, text, bin) = (Node::Uint(7), Node::Str("room".into()), Node::Bin(vec![1, 2].into()));
    let schema = Node::Uint(1);
    list(&[
        schema,
        number.clone(),
        bin.clone(),
        text.clone(),
        number.clone(),
        list(&[]),
        list(std::slice::from_ref(&text)),
        list(&[number.clone(), number.clone(), bin.clone()]),
        number.clone(),
        list(&[number.clone(), text, bin]),
        list(&[number]),
    ])
    .encode()
}

fn claims() -> Claims {
    Claims {
        session: SessionId::new([1; 16]),
        form: SessionId::new([2; 16]),
        is_form: false,
        cookie: [3; 16],
        auth_epoch: 4,
        expires: u64::MAX,
        user: Some("ann".into()),
        path: "/chat/bees".into(),
    }
}

/// Two parts as `halves` takes them apart.
fn joined(first: &[u8], second: &[u8]) -> Vec<u8> {
    let len = u16::try_from(first.len()).expect("a short part");
    [&len.to_le_bytes()[..], first, second].concat()
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().unwrap_or_default();
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex");
    (0..hex.len()).step_by(2).map(byte).collect()
}

fn put(folder: &Path, target: &str, input: &[u8]) -> io::Result<()> {
    let folder = folder.join(target);
    fs::create_dir_all(&folder)?;
    let number = fs::read_dir(&folder)?.count();
    fs::write(folder.join(format!("seed-{number}")), input)
}
