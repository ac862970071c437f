//! Which page a path belongs to.

use std::fmt;
use std::sync::Arc;

use live_core::Pair;
use matchit::Router;

use super::live::Host;

#[derive(Default)]
pub(crate) struct Pages {
    router: Router<(usize, Arc<dyn Host>)>,
    count: usize,
}

/// A page, and the parameters that the path has for it.
pub(crate) struct Found {
    pub(crate) host: Arc<dyn Host>,
    /// The pages are numbered.
    pub(crate) page: usize,
    pub(crate) params: Vec<Pair>,
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
            .insert(route, (self.count, host))
            .map_err(|error| InvalidRoute { route: route.to_owned(), reason: error.to_string() })?;
        self.count += 1;
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn find(&self, path: &str) -> Option<Found> {
        let found = self.router.at(path).ok()?;
        let (page, ref host) = *found.value;
        Some(Found { host: host.clone(), page, params: params(found.params.iter()) })
    }
}

/// A path's parameters: `%20` and the like are undone; what isn't UTF-8 afterwards is left as it came.
pub fn params<'a>(found: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Pair> {
    let text =
        |value| percent_encoding::percent_decode_str(value).decode_utf8().map_or(value.into(), Into::into);
    found.map(|(name, value)| (name.into(), text(value))).collect()
}

impl fmt::Display for InvalidRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the route \"{}\" can't be added: {}", self.route, self.reason)
    }
}

impl std::error::Error for InvalidRoute {}
