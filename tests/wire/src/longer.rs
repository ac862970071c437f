//! Frames in which one value doesn't take its shortest form.

/// The types whose values, or lengths, have several forms: each form's first byte and how many bytes of number follow it, the shortest first.
const FAMILIES: [&[(u8, usize)]; 4] = [
    &[(0xcc, 1), (0xcd, 2), (0xce, 4), (0xcf, 8)],
    &[(0xd9, 1), (0xda, 2), (0xdb, 4)],
    &[(0xc4, 1), (0xc5, 2), (0xc6, 4)],
    &[(0xdc, 2), (0xdd, 4)],
];

/// The start of a value: its type and its number or length.
struct Head {
    /// Which of [`FAMILIES`]; none for nil.
    family: Option<usize>,
    number: u64,
    /// How many bytes it takes.
    len: usize,
}

/// All frames that say the same as `frame`, a sound one, with exactly one value in a longer form.
pub fn longer(frame: &[u8]) -> Vec<Vec<u8>> {
    let (mut all, mut at) = (Vec::new(), 0);
    while at < frame.len() {
        let head = Head::read(&frame[at..]);
        let (before, after) = (&frame[..at], &frame[at + head.len..]);
        all.extend(head.longer().into_iter().map(|form| [before, &form, after].concat()));
        at += head.len + head.content();
    }
    all
}

impl Head {
    fn read(bytes: &[u8]) -> Self {
        let fixed = |family, number: u8| Self { family: Some(family), number: u64::from(number), len: 1 };
        match bytes[0] {
            byte @ 0..0x80 => fixed(0, byte),
            byte @ 0xa0..0xc0 => fixed(1, byte & 31),
            byte @ 0x90..0xa0 => fixed(3, byte & 15),
            0xc0 => Self { family: None, number: 0, len: 1 },
            byte => {
                let found = FAMILIES.iter().enumerate().find_map(|(family, forms)| {
                    forms.iter().find(|form| form.0 == byte).map(|form| (family, form.1))
                });
                let (family, size) = found.expect("a type of the protocol");
                let number = bytes[1..=size].iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
                Self { family: Some(family), number, len: 1 + size }
            }
        }
    }

    /// How many bytes follow that are no values of their own.
    fn content(&self) -> usize {
        if matches!(self.family, Some(1 | 2)) { self.number as usize } else { 0 }
    }

    fn longer(&self) -> Vec<Vec<u8>> {
        let forms = self.family.map_or(&[][..], |family| FAMILIES[family]);
        let longer = forms.iter().filter(|(_, size)| 1 + size > self.len);
        let write = |(code, size): &(u8, usize)| [&[*code], &self.number.to_be_bytes()[8 - size..]].concat();
        longer.map(write).collect()
    }
}
