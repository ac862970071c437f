//! Plain routes by path and method.

use http::Method;
use matchit::Router;

use crate::handler::Endpoint;
use crate::request::Request;

#[derive(Default)]
pub(crate) struct Routes {
    router: Router<Vec<(Method, Endpoint)>>,
}

/// What a path and a method lead to.
pub(crate) enum Route {
    /// A handler; the parameters are in the request now.
    Found(Endpoint),
    /// Only these other methods have a handler.
    OtherMethods(String),
    Unknown,
}

impl Routes {
    /// # Errors
    /// Says why the route can't be added.
    pub(crate) fn add(&mut self, method: Method, route: &str, endpoint: Endpoint) -> Result<(), String> {
        if let Err(error) = self.router.insert(route, Vec::new())
            && !matches!(&error, matchit::InsertError::Conflict { with } if with == route)
        {
            return Err(error.to_string());
        }
        let methods = self.router.at_mut(route).map_err(|error| error.to_string())?.value;
        if methods.iter().any(|(known, _)| *known == method) {
            return Err(format!("{method} has a handler already"));
        }
        methods.push((method, endpoint));
        Ok(())
    }

    pub(crate) fn find(&self, request: &mut Request) -> Route {
        let Ok(found) = self.router.at(request.uri.path()) else { return Route::Unknown };
        let wanted = |method: &Method| found.value.iter().find(|(known, _)| known == method);
        let head = request.method == Method::HEAD;
        match wanted(&request.method).or_else(|| if head { wanted(&Method::GET) } else { None }) {
            Some((_, endpoint)) => {
                let endpoint = endpoint.clone();
                request.params = live_std::params(found.params.iter());
                Route::Found(endpoint)
            }
            None => {
                let methods: Vec<_> = found.value.iter().map(|(method, _)| method.as_str()).collect();
                Route::OtherMethods(methods.join(", "))
            }
        }
    }
}
