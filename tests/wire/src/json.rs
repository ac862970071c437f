//! Frames as JSON, as the debug mode writes them.

use live_core::wire::Node;
use serde_json::{Value, json};

/// A frame as JSON; bytes as `{"bin": "<base64>"}`.
pub fn from_node(node: &Node<'_>) -> Value {
    match node {
        Node::Nil => Value::Null,
        Node::Uint(number) => json!(number),
        Node::Str(text) => json!(text),
        Node::Bin(bytes) => json!({ "bin": base64(bytes) }),
        Node::List(nodes) => nodes.iter().map(|node| from_node(&node)).collect(),
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| char::from(DIGITS[(bits & 63) as usize]);
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0, |word, at| word << 8 | u32::from(*chunk.get(at).unwrap_or(&0)));
        out.extend([18, 12, 6, 0].map(|shift| digit(word >> shift)).iter().take(chunk.len() + 1));
        out.extend(std::iter::repeat_n('=', 3 - chunk.len()));
    }
    out
}
