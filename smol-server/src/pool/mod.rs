//! What runs tasks, and wakes those whose sockets can be read or written.
//!
//! `Pool` is an executor that any number of threads work for, `Source` a socket that its tasks wait for. On Linux the workers wait for sockets
//! themselves, all in one epoll. Other systems, and the feature `portable`, take the reactor that the executor's makers have.

mod beat;
#[cfg(all(target_os = "linux", not(feature = "portable")))]
mod linux;
#[cfg(any(not(target_os = "linux"), feature = "portable"))]
mod portable;

pub(crate) use beat::Beat;
#[cfg(all(target_os = "linux", not(feature = "portable")))]
pub(crate) use linux::{Pool, Socket, Source};
#[cfg(any(not(target_os = "linux"), feature = "portable"))]
pub(crate) use portable::{Pool, Socket, Source};

/// A task.
type BoxFuture = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

#[cfg(test)]
mod tests;
