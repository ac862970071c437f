//! Texts with a nonce in them, which is another one in each response.

/// Stands for the nonce. No header's value and no markup of the server's contains this character.
pub(crate) const NONCE: &str = "\u{1}";

/// A text that is ready but for its nonces.
#[derive(Debug)]
pub(crate) struct Nonced {
    /// The text around the nonces.
    pieces: Vec<String>,
}

impl Nonced {
    /// `text` has a [`NONCE`] at each place.
    pub(crate) fn new(text: &str) -> Self {
        Self { pieces: text.split(NONCE).map(str::to_owned).collect() }
    }

    /// The text with this nonce.
    pub(crate) fn with(&self, nonce: &str) -> String {
        self.pieces.join(nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_has_the_nonce() {
        let text = Nonced::new("\u{1}: a \u{1}\u{1} b");
        assert_eq!(text.with("n"), "n: a nn b");
        assert_eq!(text.with(""), ": a  b");
        assert_eq!(Nonced::new("plain").with("n"), "plain");
    }
}
