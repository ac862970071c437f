//! Commands on the wire.

use alloc::borrow::Cow;

use super::Writer;
use super::read::{DecodeError, Reader};
use crate::command::{Block, Command, Download, Focus, Js, Redirect, Scroll};

pub(super) fn write(out: &mut Writer, id: u64, command: &Command) {
    let (kind, fields) = match command {
        Command::Redirect(_) => (0, 4),
        Command::Focus(_) => (1, 3),
        Command::Scroll(_) => (2, 4),
        Command::Download(_) => (3, 4),
        Command::Js(_) => (4, 4),
    };
    out.array(fields);
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
    }
}

pub(super) fn read<'a>(reader: &mut Reader<'a>) -> Result<(u64, Cow<'a, Command>), DecodeError> {
    let (len, id) = (reader.array()?, reader.uint()?);
    let command: Command = match (reader.uint::<u64>()?, len) {
        (0, 4) => Redirect { to: reader.str()?.into(), replace: reader.uint::<u64>()? != 0 }.into(),
        (1, 3) => Focus { selector: reader.str()?.into() }.into(),
        (2, 4) => Scroll { selector: reader.str()?.into(), block: read_block(reader)? }.into(),
        (3, 4) => Download { url: reader.str()?.into(), filename: reader.str()?.into() }.into(),
        (4, 4) => Js { name: reader.str()?.into(), args: reader.str()?.into() }.into(),
        (0..=4, _) => return Err(DecodeError::Type),
        _ => return Err(DecodeError::Kind),
    };
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
