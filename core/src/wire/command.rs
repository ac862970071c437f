//! Commands on the wire.

use alloc::borrow::Cow;

use super::Writer;
use super::read::{DecodeError, Reader};
use crate::command::{Block, Command, Download, Focus, Js, Redirect, Reset, Scroll};

/// The kinds of commands. 5 is left free: it was code to be run.
mod kind {
    pub(super) const REDIRECT: u64 = 0;
    pub(super) const FOCUS: u64 = 1;
    pub(super) const SCROLL: u64 = 2;
    pub(super) const DOWNLOAD: u64 = 3;
    pub(super) const JS: u64 = 4;
    pub(super) const RESET: u64 = 6;
}

/// How many values a command of this kind has, with its id and kind.
fn values(kind: u64) -> usize {
    if kind == kind::FOCUS { 3 } else { 4 }
}

pub(super) fn write(out: &mut Writer, id: u64, command: &Command) {
    let kind = match command {
        Command::Redirect(_) => kind::REDIRECT,
        Command::Focus(_) => kind::FOCUS,
        Command::Scroll(_) => kind::SCROLL,
        Command::Download(_) => kind::DOWNLOAD,
        Command::Js(_) => kind::JS,
        Command::Reset(_) => kind::RESET,
    };
    out.array(values(kind));
    out.uint(id);
    out.uint(kind);
    match command {
        Command::Redirect(Redirect { to, replace }) => {
            out.str(to);
            out.uint(u64::from(*replace));
        }
        Command::Focus(Focus { selector }) => out.str(selector),
        Command::Scroll(Scroll { selector, block }) => {
            out.str(if selector.is_empty() { "html" } else { selector });
            out.str(block.as_str());
        }
        Command::Download(Download { url, filename }) => {
            out.str(url);
            out.str(filename);
        }
        Command::Js(Js { name, args }) => {
            out.str(name);
            out.str(args);
        }
        Command::Reset(Reset { selector, event }) => {
            out.str(selector);
            out.uint(*event);
        }
    }
}

pub(super) fn read<'a>(reader: &mut Reader<'a>) -> Result<(u64, Cow<'a, Command>), DecodeError> {
    let (len, id, kind) = (reader.array()?, reader.uint()?, reader.uint()?);
    let unknown = len.checked_sub(values(kind));
    let command: Command = match kind {
        kind::REDIRECT => Redirect { to: reader.str()?.into(), replace: reader.uint::<u64>()? != 0 }.into(),
        kind::FOCUS => Focus { selector: reader.str()?.into() }.into(),
        kind::SCROLL => Scroll { selector: reader.str()?.into(), block: read_block(reader)? }.into(),
        kind::DOWNLOAD => Download { url: reader.str()?.into(), filename: reader.str()?.into() }.into(),
        kind::JS => Js { name: reader.str()?.into(), args: reader.str()?.into() }.into(),
        kind::RESET => Reset { selector: reader.str()?.into(), event: reader.uint()? }.into(),
        _ => return Err(DecodeError::Kind),
    };
    reader.skip(unknown.ok_or(DecodeError::Type)?)?;
    Ok((id, Cow::Owned(command)))
}

fn read_block(reader: &mut Reader<'_>) -> Result<Block, DecodeError> {
    let name = reader.str()?;
    [Block::Start, Block::Center, Block::End, Block::Nearest]
        .into_iter()
        .find(|block| block.as_str() == name)
        .ok_or(DecodeError::Type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_selector_scrolls_the_document() {
        let mut out = Writer::new();
        write(&mut out, 1, &Scroll::default().into());
        let bytes = out.into_vec();
        let (id, command) = read(&mut Reader::new(&bytes)).unwrap();
        assert_eq!((id, command.into_owned()), (1, Scroll::to("html").into()));
    }
}
