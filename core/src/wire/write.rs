//! Frames from the browser, as the browser's half writes them.

use alloc::vec::Vec;

use super::Writer;
use super::browser::Hello;
use super::browser_kind as kind;
use crate::client::Action;
use crate::request::Pair;

pub(crate) fn hello(hello: &Hello<'_>) -> Vec<u8> {
    let Hello { token, attempt, command, hashes, query, applied, version } = *hello;
    let mut out = Writer::new();
    out.array(8);
    out.uint(kind::HELLO);
    out.str(token);
    out.uint(u64::from(attempt));
    out.uint(command);
    out.bin(hashes);
    out.str(query);
    out.uint(applied);
    out.str(version);
    out.into_vec()
}

pub(crate) fn event(id: u64, ack: u32, action: &Action) -> Vec<u8> {
    let fields = match () {
        () if action.meta.bits() != 0 => 9,
        () if action.key.is_some() => 8,
        () if action.target.is_some() => 7,
        () if !action.form.is_empty() => 6,
        () if !action.values.is_empty() => 5,
        () => 4,
    };
    let mut out = Writer::new();
    out.array(fields);
    out.uint(kind::EVENT);
    out.uint(id);
    out.uint(u64::from(ack));
    out.str(&action.name);
    let optional: [&dyn Fn(&mut Writer); 5] = [
        &|out| pairs(out, &action.values),
        &|out| pairs(out, &action.form),
        &|out| text(out, action.target.as_deref()),
        &|out| text(out, action.key.as_deref()),
        &|out| out.uint(u64::from(action.meta.bits())),
    ];
    optional[..fields - 4].iter().for_each(|write| write(&mut out));
    out.into_vec()
}

pub(crate) fn ack(ack: u32, command: u64) -> Vec<u8> {
    numbers(&[kind::ACK, u64::from(ack), command])
}

pub(crate) fn ping() -> Vec<u8> {
    numbers(&[kind::PING])
}

pub(crate) fn on(session: u32) -> Vec<u8> {
    numbers(&[kind::ON, u64::from(session)])
}

pub(crate) fn resync(region: &str) -> Vec<u8> {
    let mut out = Writer::new();
    out.array(2);
    out.uint(kind::RESYNC);
    out.str(region);
    out.into_vec()
}

fn numbers(fields: &[u64]) -> Vec<u8> {
    let mut out = Writer::new();
    out.array(fields.len());
    fields.iter().for_each(|field| out.uint(*field));
    out.into_vec()
}

fn pairs(out: &mut Writer, pairs: &[Pair]) {
    if pairs.is_empty() {
        return out.nil();
    }
    out.array(pairs.len() * 2);
    for (name, value) in pairs {
        out.str(name);
        out.str(value);
    }
}

fn text(out: &mut Writer, text: Option<&str>) {
    match text {
        Some(text) => out.str(text),
        None => out.nil(),
    }
}
