//! Messages for the user that outlive one render.

use alloc::string::String;
use alloc::vec::Vec;

/// Messages of four kinds, shown by the page where it likes; by custom in a region named `flash`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flash {
    /// What went well.
    pub success: Vec<String>,
    /// What failed.
    pub error: Vec<String>,
    /// What the user should look at.
    pub warning: Vec<String>,
    /// What is good to know.
    pub info: Vec<String>,
}

impl Flash {
    /// Adds to what went well.
    pub fn add_success(&mut self, message: impl Into<String>) {
        self.success.push(message.into());
    }

    /// Adds to what failed.
    pub fn add_error(&mut self, message: impl Into<String>) {
        self.error.push(message.into());
    }

    /// Adds to what the user should look at.
    pub fn add_warning(&mut self, message: impl Into<String>) {
        self.warning.push(message.into());
    }

    /// Adds to what is good to know.
    pub fn add_info(&mut self, message: impl Into<String>) {
        self.info.push(message.into());
    }

    /// Removes all messages.
    pub fn clear(&mut self) {
        for kind in [&mut self.success, &mut self.error, &mut self.warning, &mut self.info] {
            kind.clear();
        }
    }

    /// Whether there is no message.
    pub fn is_empty(&self) -> bool {
        [&self.success, &self.error, &self.warning, &self.info].into_iter().all(Vec::is_empty)
    }
}
