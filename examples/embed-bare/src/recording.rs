//! What a browser and a server said, by `core/src/wire/WIRE.md`.

/// The token that the page was given, which the browser's `HELLO` carries.
pub const TOKEN: &str = "token";

/// The token of the `WELCOME`.
pub const RENEWED: &str = "renewed";

/// A moment of a session.
pub struct Step {
    /// When.
    pub seconds: u64,
    /// The frame that comes from the browser; none where time alone has passed.
    pub browser: Option<&'static [u8]>,
    /// The frames that answer it.
    pub server: &'static [&'static [u8]],
}

/// A counter from 0 to 43.
pub const SESSION: &[Step] = &[
    // HELLO, with the hashes of the root, the region "count" and the title: WELCOME alone, as the browser shows it all. Neither end
    // has a script, and so none has a version.
    Step {
        seconds: 0,
        browser: Some(
            b"\x98\x00\xa5token\x01\x00\xc4\x18\xba\x0f\xd2\x9cdG\xfb\xae\x1dE\xdb\x85\x81\xd16\x85iW\xee\xcf\xb5\x00\xb1\xd4\xa0\x00\xa0",
        ),
        server: &[b"\x98\x00\x00\xcdu0\xa7renewed\x00\xc0\xce\x00\x01\x00\x00\xa0"],
    },
    // EVENT 1, "inc": the region by its name, as 1.
    Step {
        seconds: 1,
        browser: Some(b"\x94\x01\x01\x00\xa3inc"),
        server: &[b"\x93\x01\x01\x93\xa5count\xce\x8c\xdd#\xee\xa11"],
    },
    // EVENT 2, "inc" with n = 41: by its number, as 42.
    Step {
        seconds: 2,
        browser: Some(b"\x95\x01\x02\x01\xa3inc\x92\xa1n\xa241"),
        server: &[b"\x93\x01\x02\x93\x00\xce\xa8,\xe7V\xa242"],
    },
    // ACK of two frames: no answer.
    Step { seconds: 3, browser: Some(b"\x93\x02\x02\x00"), server: &[] },
    // EVENT 3, "later": applied, and nothing to see.
    Step { seconds: 4, browser: Some(b"\x94\x01\x03\x02\xa5later"), server: &[b"\x92\x01\x03"] },
    // The timer of one second: 43.
    Step { seconds: 5, browser: None, server: &[b"\x93\x01\x03\x93\x00\xce \x83_'\xa243"] },
    // EVENT 2 once more: acknowledged, not run.
    Step {
        seconds: 6,
        browser: Some(b"\x95\x01\x02\x01\xa3inc\x92\xa1n\xa241"),
        server: &[b"\x92\x01\x03"],
    },
    // ACK of five frames.
    Step { seconds: 7, browser: Some(b"\x93\x02\x05\x00"), server: &[] },
    // RESYNC of the region: its whole HTML.
    Step { seconds: 8, browser: Some(b"\x92\x04\xa5count"), server: &[b"\x93\x01\x03\x93\x00\xce \x83_'\xa243"] },
    // PING: PONG.
    Step { seconds: 9, browser: Some(b"\x91\x03"), server: &[b"\x91\x02"] },
];
