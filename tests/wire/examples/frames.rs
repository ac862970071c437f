//! Writes random frames, half of them damaged, and what the core reads in them, for another implementation to agree with:
//! `frames COUNT SEED > FILE`. Each case is two fields with their length before them, four bytes little-endian: the frame, and what it
//! holds as JSON, empty where it is refused.

use std::borrow::Cow;
use std::io::{BufWriter, Result, Write, stdout};

use live_core::wire::{Body, DecodeError, Node, NoticeLevel, Patch, Region, ServerFrame, Update, Welcome};
use live_core::{Block, Command, Download, Focus, Js, Redirect, Reset, Scroll};
use wire_tests::json::from_node;
use wire_tests::random::Random;

const TEXTS: [&str; 8] = ["", "a", "count", "<p>é</p>", "row:17", "日本", "\u{feff}bom", "__proto__"];

/// The depth at which there are no more arrays: past what the wire allows.
const DEEP: usize = 9;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse().expect("a number"));
    let (count, seed) = (arguments.next().unwrap_or(100_000), arguments.next().unwrap_or(1));
    let (mut random, mut out) = (Random::new(seed), BufWriter::new(stdout().lock()));
    for _ in 0..count {
        let sound = if random.one_in(2) { server_frame(&mut random) } else { node(&mut random, 0).encode() };
        let mut frame = sound.clone();
        if random.one_in(2) {
            damage(&mut random, &mut frame);
        }
        // A browser doesn't look for shorter forms.
        if Node::decode(&frame) == Err(DecodeError::NotShortest) {
            frame = sound;
        }
        field(&mut out, &frame)?;
        field(
            &mut out,
            Node::decode(&frame).map_or(String::new(), |node| from_node(&node).to_string()).as_bytes(),
        )?;
    }
    out.flush()
}

/// The bytes of a frame that the core wrote, and reads as it was.
fn server_frame(random: &mut Random) -> Vec<u8> {
    let bytes = [random.bits() as u8, random.bits() as u8, 0x80];
    let frame = match random.below(7) {
        0 => ServerFrame::Welcome(Welcome {
            applied: number(random),
            heartbeat: number(random),
            token: text(random),
            resumed: random.one_in(2),
            reset: random.one_in(2),
            refused: (0..random.below(3)).map(|_| number(random)).collect(),
            limit: number(random),
            version: text(random),
        }),
        1 | 2 => ServerFrame::Update(Update {
            applied: (!random.one_in(4)).then(|| number(random)),
            patches: (0..random.below(4)).map(|_| patch(random, &bytes)).collect(),
            commands: (0..random.below(3)).map(|_| (number(random), Cow::Owned(command(random)))).collect(),
            refused: (0..random.below(3)).map(|_| number(random)).collect(),
            title: random.one_in(3).then(|| text(random)),
        }),
        3 => ServerFrame::Notice { level: NoticeLevel::Warning, text: text(random) },
        4 => ServerFrame::Token { token: text(random) },
        5 => ServerFrame::On { session: random.bits() >> random.below(32) },
        _ => ServerFrame::Away { wait: number(random) },
    };
    let encoded = frame.encode();
    assert_eq!(ServerFrame::decode(&encoded).as_ref(), Ok(&frame), "a frame reads as it was written");
    encoded
}

fn patch<'a>(random: &mut Random, bytes: &'a [u8]) -> Patch<'a> {
    let named = random.one_in(2);
    let region =
        if named { Region::Named(text(random)) } else { Region::Number(random.bits() >> random.below(32)) };
    Patch { region, check: random.bits(), body: body(random, bytes) }
}

fn body<'a>(random: &mut Random, bytes: &'a [u8]) -> Body<'a> {
    match random.below(3) {
        0 => Body::Full(text(random)),
        1 => Body::Delta(&bytes[random.below(3)..]),
        _ => {
            let (inner, high) = (random.one_in(2), random.bits());
            Body::Element { inner, high, id: text(random), html: text(random) }
        }
    }
}

fn command(random: &mut Random) -> Command {
    match random.below(6) {
        0 => Redirect { to: text(random).into(), replace: random.one_in(2) }.into(),
        1 => Focus::on(text(random)).into(),
        2 => Scroll::to(format!("#{}", text(random))).block(Block::Nearest).into(),
        3 => Download::new(text(random), text(random)).into(),
        4 => Reset { selector: text(random).into(), event: number(random) }.into(),
        _ => Js::call(text(random)).arg("a", text(random)).arg("b", random.one_in(2)).into(),
    }
}

fn node(random: &mut Random, depth: usize) -> Node<'static> {
    let many = random.below(4) + usize::from(random.one_in(30)) * 20;
    match random.below(if depth < DEEP { 6 } else { 4 }) {
        0 => Node::Nil,
        1 => Node::Uint(number(random)),
        2 => Node::Str(text(random).repeat(many).into()),
        3 => Node::Bin(vec![7; many * 10].into()),
        _ => Node::List((0..many).map(|_| node(random, depth + 1)).collect()),
    }
}

/// Numbers of every length, up to what a float holds exactly.
fn number(random: &mut Random) -> u64 {
    (u64::from(random.bits()) << 21 ^ u64::from(random.bits())) >> random.below(53)
}

fn text(random: &mut Random) -> &'static str {
    TEXTS[random.below(TEXTS.len())]
}

fn damage(random: &mut Random, frame: &mut Vec<u8>) {
    for _ in 0..=random.below(3) {
        let at = random.below(frame.len());
        match random.below(4) {
            0 => frame.truncate(at),
            1 => frame.insert(at, random.bits() as u8),
            2 if at < frame.len() => drop(frame.remove(at)),
            _ if at < frame.len() => frame[at] = random.bits() as u8,
            _ => {}
        }
    }
}

fn field(out: &mut impl Write, bytes: &[u8]) -> Result<()> {
    out.write_all(&(bytes.len() as u32).to_le_bytes())?;
    out.write_all(bytes)
}
