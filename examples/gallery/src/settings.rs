//! What the command line and the environment say.

use std::error::Error;
use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;

/// How the gallery is started.
pub(crate) struct Settings {
    /// `host:port`.
    pub(crate) address: String,
    pub(crate) dev: bool,
    pub(crate) public_url: Option<String>,
    /// The file that sessions are kept in.
    pub(crate) store: Option<PathBuf>,
}

pub(crate) const USAGE: &str = "\
Usage: gallery [--addr HOST:PORT] [--store PATH] [--dev]

  --addr HOST:PORT  where to listen; 127.0.0.1:3000 by default, port 0 takes any free port; unix:/run/gallery.sock is a Unix
                    socket, and systemd the socket that systemd passes
  --store PATH      keep sessions in this file, and the key of their tokens in PATH.key: they go on after a restart
  --dev             development: errors and tools in the browser; not for a public server
  --help            this text

The environment may say the same: HOST, PORT, STORE, and DEV=true; what a flag says goes before it.
PUBLIC_URL=https://example.com lets people open the gallery under that address.
";

impl Settings {
    /// None where help is asked for.
    pub(crate) fn read() -> Result<Option<Self>, Box<dyn Error>> {
        Self::from(std::env::args_os().skip(1), |name| {
            std::env::var(name).ok().filter(|value| !value.is_empty())
        })
    }

    fn from(
        args: impl Iterator<Item = OsString>,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, Box<dyn Error>> {
        let mut parser = lexopt::Parser::from_args(args);
        let (mut address, mut store) = (None, None);
        let mut dev = env("DEV").is_some_and(|value| value == "true" || value == "1");
        while let Some(arg) = parser.next()? {
            match arg {
                Long("addr") => address = Some(parser.value()?.string()?),
                Long("store") => store = Some(PathBuf::from(parser.value()?)),
                Long("dev") => dev = true,
                Long("help") | Short('h') => return Ok(None),
                _ => return Err(arg.unexpected().into()),
            }
        }
        let address = address.map_or_else(|| address_of(env("HOST"), env("PORT")), Ok)?;
        let store = store.or_else(|| env("STORE").map(PathBuf::from));
        Ok(Some(Self { address, dev, public_url: env("PUBLIC_URL"), store }))
    }
}

fn address_of(host: Option<String>, port: Option<String>) -> Result<String, String> {
    let host = host.as_deref().unwrap_or("127.0.0.1");
    let port = port.as_deref().unwrap_or("3000");
    match port.parse::<u16>() {
        Err(_) => Err(format!("PORT is \"{port}\", which is no port: 0 to 65535")),
        Ok(port) if host.contains(':') && !host.starts_with('[') => Ok(format!("[{host}]:{port}")),
        Ok(port) => Ok(format!("{host}:{port}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(args: &[&str], env: &[(&str, &str)]) -> Result<Option<Settings>, Box<dyn Error>> {
        let find =
            |name: &str| env.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Settings::from(args.iter().map(OsString::from), find)
    }

    fn address(args: &[&str], env: &[(&str, &str)]) -> String {
        settings(args, env).unwrap().unwrap().address
    }

    #[test]
    fn a_flag_goes_before_the_environment_and_that_before_the_default() {
        assert_eq!(address(&[], &[]), "127.0.0.1:3000");
        assert_eq!(address(&[], &[("PORT", "4000")]), "127.0.0.1:4000");
        assert_eq!(address(&[], &[("HOST", "::"), ("PORT", "4000")]), "[::]:4000");
        assert_eq!(address(&["--addr", "localhost:1"], &[("PORT", "4000")]), "localhost:1");
        assert_eq!(address(&["--addr=localhost:2"], &[]), "localhost:2");
    }

    #[test]
    fn development_is_asked_for() {
        let dev = |args: &[&str], env: &[(&str, &str)]| settings(args, env).unwrap().unwrap().dev;
        assert!(dev(&["--dev"], &[]) && dev(&[], &[("DEV", "true")]));
        assert!(!dev(&[], &[]) && !dev(&[], &[("DEV", "false")]));
    }

    #[test]
    fn sessions_are_kept_where_it_is_said() {
        let store = |args: &[&str], env: &[(&str, &str)]| settings(args, env).unwrap().unwrap().store;
        assert_eq!(store(&[], &[]), None);
        assert_eq!(store(&[], &[("STORE", "a.redb")]), Some("a.redb".into()));
        assert_eq!(store(&["--store", "b.redb"], &[("STORE", "a.redb")]), Some("b.redb".into()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error = |args: &[&str], env: &[(&str, &str)]| settings(args, env).err().unwrap().to_string();
        assert!(error(&["--prot"], &[]).contains("--prot"));
        assert!(error(&["--addr"], &[]).contains("--addr"));
        assert!(error(&["4000"], &[]).contains("4000"));
        assert!(error(&[], &[("PORT", "http")]).contains("PORT is \"http\""));
        assert!(settings(&["--help"], &[]).unwrap().is_none());
    }
}
