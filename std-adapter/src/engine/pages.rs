//! Which page a path belongs to.

use std::fmt;
use std::sync::Arc;

use matchit::Router;

use super::live::Host;

#[derive(Default)]
pub(crate) struct Pages {
    router: Router<Arc<dyn Host>>,
}

/// A page, and the parameters that the path has for it.
pub(crate) struct Found {
    pub(crate) host: Arc<dyn Host>,
    pub(crate) params: Vec<(String, String)>,
}

/// A route that can't be added.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InvalidRoute {
    /// The route.
    pub route: String,
    /// Why.
    pub reason: String,
}

impl Pages {
    pub(crate) fn add(&mut self, route: &str, host: Arc<dyn Host>) -> Result<(), InvalidRoute> {
        self.router
            .insert(route, host)
            .map_err(|error| InvalidRoute { route: route.to_owned(), reason: error.to_string() })
    }

    pub(crate) fn find(&self, path: &str) -> Option<Found> {
        let found = self.router.at(path).ok()?;
        let params = found.params.iter().map(|(name, value)| (name.to_owned(), unescaped(value))).collect();
        Some(Found { host: found.value.clone(), params })
    }
}

/// Undoes `%20` and the like, and leaves what isn't UTF-8 afterwards as it came.
pub fn unescaped(value: &str) -> String {
    percent_encoding::percent_decode_str(value).decode_utf8().map_or_else(|_| value.to_owned(), Into::into)
}

impl fmt::Display for InvalidRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the route \"{}\" can't be added: {}", self.route, self.reason)
    }
}

impl std::error::Error for InvalidRoute {}
