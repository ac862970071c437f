//! The golden vectors of the frames, which the client passes too.

use std::fmt::Write;

use live_core::wire::{BrowserFrame, Node, Pairs, ServerFrame};
use serde_json::{Value, json};
use wire_tests::json::from_node;

fn vectors(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../vectors.json")).expect("JSON");
    all[kind].as_array().expect("an array").clone()
}

fn bytes(vector: &Value) -> Vec<u8> {
    let text = vector["hex"].as_str().expect("hex");
    let digits = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
    (0..text.len()).step_by(2).map(digits).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        write!(out, "{byte:02x}").expect("memory");
        out
    })
}

#[test]
fn every_frame_is_the_value_that_the_vector_says() {
    let vectors = vectors("frames");
    assert!(vectors.len() > 25);
    for vector in vectors {
        let frame = bytes(&vector);
        let node = Node::decode(&frame).expect("a frame");
        assert_eq!(from_node(&node), vector["json"], "{}", vector["name"]);
        assert_eq!(hex(&node.encode()), vector["hex"], "{}", vector["name"]);
    }
}

#[test]
fn frames_from_the_server_are_read_and_written() {
    for vector in vectors("frames").iter().filter(|vector| vector["direction"] == "server") {
        let frame = bytes(vector);
        let read = ServerFrame::decode(&frame).unwrap_or_else(|error| panic!("{}: {error}", vector["name"]));
        assert_eq!(hex(&read.encode()), vector["hex"], "{}", vector["name"]);
    }
}

#[test]
fn frames_from_the_browser_are_read() {
    for vector in vectors("frames").iter().filter(|vector| vector["direction"] == "browser") {
        let frame = bytes(vector);
        let read = BrowserFrame::decode(&frame).unwrap_or_else(|error| panic!("{}: {error}", vector["name"]));
        assert_eq!(array(&read, &vector["json"]), vector["json"], "{}", vector["name"]);
    }
}

#[test]
fn what_a_newer_version_has_appended_is_ignored() {
    let vectors = vectors("longer");
    assert!(vectors.len() > 15);
    for vector in vectors {
        let (frame, name) = (bytes(&vector), &vector["name"]);
        let node = Node::decode(&frame).expect("a frame");
        assert_eq!(from_node(&node), vector["json"], "{name}");
        if vector["direction"] == "browser" {
            let read = BrowserFrame::decode(&frame).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(array(&read, &vector["as"]), vector["as"], "{name}");
        } else {
            let read = ServerFrame::decode(&frame).unwrap_or_else(|error| panic!("{name}: {error}")).encode();
            assert_eq!(from_node(&Node::decode(&read).expect("a frame")), vector["as"], "{name}");
        }
    }
}

#[test]
fn what_the_wire_refuses_is_refused() {
    let vectors = vectors("refused");
    assert!(vectors.len() > 25);
    for vector in vectors {
        let frame = bytes(&vector);
        let refused = match vector["direction"].as_str() {
            Some("browser") => BrowserFrame::decode(&frame).is_err(),
            _ => ServerFrame::decode(&frame).is_err(),
        };
        assert!(refused, "{vector}");
    }
}

/// A frame as an array again, no longer than `other`, and without absent fields at its end.
fn array(frame: &BrowserFrame<'_>, other: &Value) -> Value {
    let mut fields = fields(frame, other.as_array().expect("an array").len());
    while fields.last().is_some_and(Value::is_null) {
        fields.pop();
    }
    Value::Array(fields)
}

/// A frame's fields, `len` at most.
fn fields(frame: &BrowserFrame<'_>, len: usize) -> Vec<Value> {
    let fields = match frame {
        BrowserFrame::Hello(hello) => {
            let hashes = from_node(&Node::Bin(hello.hashes.into()));
            vec![
                json!(0),
                json!(hello.token),
                json!(hello.attempt),
                json!(hello.command),
                hashes,
                json!(hello.query),
                json!(hello.applied),
                json!(hello.version),
            ]
        }
        BrowserFrame::Event { ack, event } => vec![
            json!(1),
            json!(event.id),
            json!(ack),
            json!(event.name),
            pairs(event.values),
            pairs(event.form),
            json!(event.target),
            json!(event.key),
            if len == 9 { json!(event.meta.bits()) } else { Value::Null },
        ],
        BrowserFrame::Ack { ack, command } => vec![json!(2), json!(ack), json!(command)],
        BrowserFrame::Ping => vec![json!(3)],
        BrowserFrame::Resync(region) => vec![json!(4), json!(region)],
        BrowserFrame::On(session) => vec![json!(5), json!(session)],
    };
    fields.into_iter().take(len).collect()
}

fn pairs(pairs: Pairs<'_>) -> Value {
    if pairs.is_empty() {
        return Value::Null;
    }
    pairs.iter().flat_map(|(name, value)| [name, value]).collect()
}
