//! The golden vectors of the delta and the hash, which the client passes too.

use live_core::delta::apply;
use live_core::hash::check;
use serde_json::Value;

fn vectors(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../vectors.json")).expect("JSON");
    all[kind].as_array().expect("an array").clone()
}

fn hex(text: &str) -> Vec<u8> {
    let digits = |at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
    (0..text.len()).step_by(2).map(digits).collect()
}

#[test]
fn deltas_give_their_result_or_are_refused() {
    let vectors = vectors("delta");
    assert!(vectors.len() > 30);
    for vector in vectors {
        let old = vector["old"].as_str().expect("old");
        let applied = apply(old.as_bytes(), &hex(vector["delta"].as_str().expect("delta")), 1 << 20).ok();
        let hint = applied.as_ref().and_then(|applied| applied.hint.clone());
        let hint = hint.map(|hint| Value::from(vec![hint.start, hint.end])).unwrap_or_default();
        let html = applied.map(|applied| String::from_utf8(applied.html).expect("UTF-8"));
        assert_eq!((html.as_deref(), &hint), (vector["result"].as_str(), &vector["hint"]), "{vector}");
        assert_eq!(vector["refused"] == true, html.is_none(), "{vector}");
    }
}

#[test]
fn hashes_are_as_defined() {
    let vectors = vectors("hash");
    let unseeded: Vec<_> = vectors.iter().filter(|vector| vector["seed"] == 0).collect();
    assert!(unseeded.len() > 5);
    for vector in unseeded {
        let times = vector["times"].as_u64().expect("times") as usize;
        let text = vector["text"].as_str().expect("text").repeat(times);
        assert_eq!(u64::from(check(text)), vector["hash"].as_u64().expect("hash"), "{vector}");
    }
}
