//! A stand-in for systems without sd_notify.

use std::sync::Arc;

use live_std::Engine;

use crate::listen::Local;

/// There is no service manager.
#[derive(Clone)]
pub(crate) enum Manager {}

impl Manager {
    pub(crate) fn of_process() -> Option<Self> {
        None
    }

    pub(crate) fn ready(&self, _: &Engine, _: &Local) {
        match *self {}
    }

    pub(crate) fn stopping(&self, _: &Engine, _: &Local) {
        match *self {}
    }

    pub(crate) async fn attend(self, _: Arc<Engine>, _: Local) {
        match self {}
    }
}
