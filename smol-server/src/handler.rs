//! Plain routes, and what runs around every request.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use crate::request::Request;
use crate::response::Response;

pub(crate) type ResponseFuture = Pin<Box<dyn Future<Output = Response> + Send>>;
pub(crate) type Endpoint = Arc<dyn Fn(Request) -> ResponseFuture + Send + Sync>;
pub(crate) type Layer = Arc<dyn Fn(Request, Next) -> ResponseFuture + Send + Sync>;

/// An async function that answers requests: `async fn(Request) -> R`, where `R` can become a [`Response`].
pub trait Handler: Send + Sync + 'static {
    /// Answers.
    fn call(&self, request: Request) -> impl Future<Output = Response> + Send + 'static;
}

impl<F, Fut, R> Handler for F
where
    F: Fn(Request) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = R> + Send + 'static,
    R: Into<Response>,
{
    fn call(&self, request: Request) -> impl Future<Output = Response> + Send + 'static {
        let future = self(request);
        async move { future.await.into() }
    }
}

/// The rest of a request's way: the middleware that was added before, then page or route.
#[derive(Clone)]
pub struct Next {
    layers: Arc<[Layer]>,
    left: usize,
    endpoint: Endpoint,
}

impl Next {
    pub(crate) fn new(layers: Arc<[Layer]>, endpoint: Endpoint) -> Self {
        Self { left: layers.len(), layers, endpoint }
    }

    /// Goes on with a request.
    pub async fn run(mut self, request: Request) -> Response {
        match self.left.checked_sub(1) {
            Some(last) => {
                self.left = last;
                let layer = self.layers[last].clone();
                layer(request, self).await
            }
            None => (self.endpoint)(request).await,
        }
    }
}

pub(crate) fn endpoint(handler: impl Handler) -> Endpoint {
    Arc::new(move |request| Box::pin(handler.call(request)))
}

pub(crate) fn layer<F, Fut>(middleware: F) -> Layer
where
    F: Fn(Request, Next) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Response> + Send + 'static,
{
    Arc::new(move |request, next| Box::pin(middleware(request, next)))
}

impl fmt::Debug for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").field("left", &self.left).finish_non_exhaustive()
    }
}
