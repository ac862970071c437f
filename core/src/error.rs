//! What page code may return when something goes wrong.

use alloc::boxed::Box;
use alloc::string::String;
use core::error::Error as StdError;
use core::fmt;

use crate::command::Redirect;
use crate::event::Refused;

/// The result of page code.
pub type Result<T = (), E = Error> = core::result::Result<T, E>;

/// Any error of page code. `?` turns every error type into it; what it holds decides what happens:
///
/// - a [`RecoverableError`] is shown to the user as the flash's error, in place of those before, and the session goes on;
/// - a [`Redirect`] sends the browser elsewhere: a request for a page is answered by it, also if it comes from a task of
///   `mount` or from the handler of a posted form; a connected browser is sent it as a command, one that is away when it
///   is back. It is no failure: nothing is reported, and a form counts as accepted;
/// - [`Refused`](crate::Refused) is how `handle` refuses an event, see [`Event::refuse`](crate::Event::refuse): what the call has done stays;
/// - anything else goes to the application's error hook; so does a [`Redirect`] from `render`, which may only show what
///   there is.
///
/// In each other case the state is put back to what it was before the call (rule R5).
pub struct Error(Box<dyn StdError + Send + Sync>);

impl Error {
    /// An error that is no more than a message, for the logs.
    pub fn msg(message: impl Into<String>) -> Self {
        Self(message.into().into())
    }

    /// The message for the user, if this is a [`RecoverableError`].
    pub fn recoverable(&self) -> Option<&RecoverableError> {
        self.0.downcast_ref()
    }

    /// Where to go instead, if this is a [`Redirect`].
    pub fn redirect(&self) -> Option<&Redirect> {
        self.0.downcast_ref()
    }

    /// The error that it holds, if it is of this type.
    pub fn downcast_ref<E: core::error::Error + 'static>(&self) -> Option<&E> {
        self.0.downcast_ref()
    }

    /// Whether it refuses an event, as [`Event::refuse`](crate::Event::refuse) does.
    pub(crate) fn is_refusal(&self) -> bool {
        self.0.is::<Refused>()
    }

    /// The error, and then what caused it, each cause after its effect.
    ///
    /// ```
    /// use live_core::{Error, RecoverableError};
    ///
    /// let error = Error::from(RecoverableError::new("Not saved").caused_by(Error::msg("disk full")));
    /// let lines: Vec<String> = error.chain().map(|cause| cause.to_string()).collect();
    /// assert_eq!(lines, ["Not saved", "disk full"]);
    /// ```
    pub fn chain(&self) -> impl Iterator<Item = &(dyn StdError + 'static)> {
        let first: &(dyn StdError + 'static) = &*self.0;
        core::iter::successors(Some(first), |error| (**error).source())
    }

    /// The error itself, for a look at its kind and its sources.
    pub fn inner(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &*self.0
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl fmt::Display for Error {
    /// The error and, after colons, what caused it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        self.chain().skip(1).try_for_each(|cause| write!(f, ": {cause}"))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// An error that the user may be told of, and after which the session goes on.
///
/// ```
/// use live_core::{RecoverableError, Result};
///
/// fn rename(name: &str) -> Result {
///     if name.is_empty() {
///         return Err(RecoverableError::new("A name is needed.").into());
///     }
///     Ok(())
/// }
/// assert_eq!(rename("").unwrap_err().recoverable().unwrap().message, "A name is needed.");
/// ```
#[derive(Debug)]
pub struct RecoverableError {
    /// Shown to the user.
    pub message: String,
    /// What happened, for the logs.
    pub source: Option<Error>,
}

impl RecoverableError {
    /// An error with a message for the user.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    /// The same, with what caused it.
    pub fn caused_by(mut self, error: impl Into<Error>) -> Self {
        self.source = Some(error.into());
        self
    }
}

impl fmt::Display for RecoverableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for RecoverableError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|e| e.inner() as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn the_chain_of_causes_is_written_out() {
        let error = Error::from(RecoverableError::new("Not saved").caused_by(Error::msg("disk full")));
        assert_eq!(error.to_string(), "Not saved: disk full");
        assert!(error.redirect().is_none());
    }

    #[test]
    fn a_redirect_is_recognised() {
        let error = Error::from(Redirect::to("/login"));
        assert_eq!(error.redirect().unwrap().to, "/login");
    }
}
